"""What every head writes for one word of each text, behind its gate where it has one, read off a network."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from mhattn_core.arrays.word_layer import WordAxes
from mhattn_core.attention.batches import Batch, batches, collate, feed_all
from mhattn_core.attention.stream import run_bare
from mhattn_core.attention.values import rows_of_heads
from mhattn_core.measures.sample import chosen
from mhattn_core.measures.word_outputs import WordOutputs
from mhattn_core.models.model import Model
from mhattn_core.tap.gates import through_gates
from mhattn_core.tap.interface import Call
from mhattn_core.text.pair import SentencePair


def word_outputs(
    model: Model,
    pairs: Sequence[SentencePair],
    *,
    sides: Sequence[int] = (0, 1),
    tell: Callable[[int], None] = lambda _pairs: None,
) -> dict[str, WordOutputs]:
    """Each stack whose output is a sum over heads. The word is drawn by the text's hash from those that some piece
    covers, of the sentences ``sides``.

    One word a text, since words of one text have something in common. Texts without such a word, or that the model
    cannot take, are left out.
    tell: told after each batch how many pairs it had.
    """
    attention = model.attention
    projections = {
        stack: [attention.sites[stack][layer].projection for layer in attention.attending(stack)]
        for stack in model.stacks
    }
    able = {
        stack: [part for part in parts if part is not None] for stack, parts in projections.items() if None not in parts
    }
    rows, problems = feed_all(model, pairs)
    tell(len(problems))
    found: dict[str, list[_BatchOutputs]] = {stack: [] for stack in able}
    for batch_rows in batches(model, rows):
        keys = [_key(pairs[row.number]) for row in batch_rows]
        for stack, part in _of_batch(model, collate(model, batch_rows), keys, sides).items():
            if stack in able:
                found[stack].append(part)
        tell(len(batch_rows))
    return {
        stack: _joined(parts, attention.heads(stack), able[stack], attention.attending(stack))
        for stack, parts in found.items()
        if parts
    }


class _BatchOutputs(NamedTuple):
    """Of one batch, the texts that have a word: ``outputs [head of all layers, text, dimension]``, ``texts [text]``,
    ``words [text, 2]``.
    """

    outputs: Tensor
    texts: np.ndarray
    words: np.ndarray


def _key(pair: SentencePair) -> str:
    return f"{pair.source}\n{pair.target}"


def _joined(
    parts: Sequence[_BatchOutputs], heads: int, projections: Sequence[nn.Module], layers: tuple[int, ...]
) -> WordOutputs:
    texts = np.concatenate([part.texts for part in parts])
    order = np.argsort(texts)
    outputs = torch.cat([part.outputs for part in parts], dim=1)[:, order]
    through = tuple(rows_of_heads(one, heads, outputs.shape[-1]).detach().float().cpu() for one in projections)
    words = np.concatenate([part.words for part in parts])[order]
    return WordOutputs(outputs, texts[order], words, through, layers)


@torch.no_grad()
def _of_batch(model: Model, batch: Batch, keys: Sequence[str], sides: Sequence[int]) -> dict[str, _BatchOutputs]:
    words = {stack: _words(axes, keys, sides) for stack, axes in batch.axes.items()}
    layers: dict[str, list[Tensor]] = {stack: [] for stack in batch.axes}

    def watch(call: Call) -> None:
        texts, tokens, heads, dimension = call.output.shape
        by_head = call.output.float().transpose(1, 2).reshape(texts * heads * tokens, dimension)
        on_words = batch.axes[call.stack].means(by_head).view(texts, heads, -1, dimension)
        kept = np.flatnonzero(words[call.stack] >= 0)
        layers[call.stack].append(on_words[kept, :, words[call.stack][kept]].transpose(0, 1).cpu())

    with through_gates(model.attention.sites, watch) as shown, model.attention.watching(shown):
        run_bare(model, batch)
    numbers = np.array([row.number for row in batch.rows])
    return {
        stack: _BatchOutputs(torch.cat(found), numbers[words[stack] >= 0], _places(batch.axes[stack], words[stack]))
        for stack, found in layers.items()
    }


def _words(axes: WordAxes, keys: Sequence[str], sides: Sequence[int]) -> np.ndarray:
    """The place of each text's word on the axis of queries; -1 without one."""
    fitting = axes.query_mask.cpu().numpy() & np.isin(axes.query_side.cpu().numpy(), sides)
    return np.array([_one_of(np.flatnonzero(row), key) for row, key in zip(fitting, keys, strict=True)])


def _one_of(places: np.ndarray, key: str) -> int:
    return int(places[chosen(key, len(places))]) if len(places) else -1


def _places(axes: WordAxes, words: np.ndarray) -> np.ndarray:
    """Sentence and place in it of the words that there are, ``[text, 2]``."""
    side = axes.query_side.cpu().numpy()
    own = [
        (side[text, word], (side[text, :word] == side[text, word]).sum())
        for text, word in enumerate(words)
        if word >= 0
    ]
    return np.array(own, dtype=int).reshape(-1, 2)
