"""Queries, keys and values of words in many texts, with what is known about the words: what probes learn from."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from mhattn_core.arrays.word_layer import SIDES, WordAxes
from mhattn_core.attention.batches import Batch, batches, collate, feed_all
from mhattn_core.measures.probing.words import MOST_WORDS, ProbeWords
from mhattn_core.measures.sample import chosen
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call
from mhattn_core.text.annotation import Annotated, AnnotatedSentence
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.relations.word_lists import classes

VECTORS = ("query", "key", "value")


def probe_words(
    model: Model,
    pairs: Sequence[SentencePair],
    annotated: Sequence[Annotated],
    *,
    tell: Callable[[int], None] = lambda _pairs: None,
) -> dict[str, ProbeWords]:
    """A few words of each text, drawn by hash, in each stack of self-attention; stacks without a word are left out.

    Between two sentences there is no input of one layer that both queries and keys come from. A text that the model
    cannot take is left out. The model must tell queries, keys and values (``attention.gives_values``).
    """
    of_a_text = max(1, MOST_WORDS // max(1, len(pairs)))
    rows, problems = feed_all(model, pairs)
    tell(len(problems))
    found: dict[str, list[_BatchVectors]] = {stack: [] for stack in model.stacks if stack != "cross"}
    for batch_rows in batches(model, rows):
        batch = collate(model, batch_rows)
        drawn = {
            stack: [
                _drawn(batch.axes[stack], place, pairs[row.number], annotated[row.number], of_a_text)
                for place, row in enumerate(batch_rows)
            ]
            for stack in found
        }
        for stack, part in _of_batch(model, batch, drawn).items():
            found[stack].append(part)
        tell(len(batch_rows))
    return {
        stack: _joined(parts, model.attention.attending(stack))
        for stack, parts in found.items()
        if sum(len(part.words) for part in parts)
    }


class _Word(NamedTuple):
    """``place`` on the axis of queries; ``any``, ``of_category``: which of the two draws it is in."""

    place: int
    sentence: AnnotatedSentence
    at: int
    any: bool
    of_category: bool

    @property
    def category(self) -> str:
        return classes("category", self.sentence.language).get(self.sentence.words[self.at].lemma, "")

    def labels(self) -> dict[str, str]:
        """``pos``, ``role``, ``partner`` (the part of speech of the word it hangs on) and ``category``; empty where not
        known or not drawn.
        """
        word = self.sentence.words[self.at]
        partner = self.sentence.words[word.head].upos if word.head >= 0 else ""
        asked = (
            {"pos": word.upos, "role": word.relation, "partner": partner}
            if self.any
            else dict.fromkeys(("pos", "role", "partner"), "")
        )
        return asked | {"category": self.category if self.of_category else ""}


class _BatchVectors(NamedTuple):
    """Of one batch: vectors ``[layer, head, word, dimension]``, inputs ``[layer, word, model dimension]``, the words
    and their texts.
    """

    vectors: dict[str, np.ndarray]
    inputs: np.ndarray
    words: list[_Word]
    texts: list[int]


def _drawn(axes: WordAxes, text: int, pair: SentencePair, about: Annotated, count: int) -> list[_Word]:
    """Words of one text: ``count`` of all, and ``count`` of those that a word list gives a category."""
    sides, covered = axes.query_side[text].cpu().numpy(), axes.query_mask[text].cpu().numpy()
    known = []
    for side, sentence in zip(SIDES.values(), (about.a, about.b), strict=True):
        places = np.flatnonzero(sides == side)
        # A sentence that was cut into other words has no labels.
        if len(places) == len(sentence.words):
            known += [
                _Word(int(place), sentence, at, False, False) for at, place in enumerate(places) if covered[place]
            ]
    key = f"{pair.source}\n{pair.target}"
    known.sort(key=lambda word: chosen(f"{key}\n{word.place}", 2**32))
    any_, of_category = known[:count], [word for word in known if word.category][:count]
    return [
        word._replace(any=word in any_, of_category=word in of_category)
        for word in known
        if word in any_ or word in of_category
    ]


@torch.no_grad()
def _of_batch(model: Model, batch: Batch, drawn: Mapping[str, Sequence[Sequence[_Word]]]) -> dict[str, _BatchVectors]:
    takes = {stack: _take(batch.axes[stack], model.attention.heads(stack), words) for stack, words in drawn.items()}
    layers: dict[str, dict[str, list[np.ndarray]]] = {stack: {name: [] for name in VECTORS} for stack in drawn}

    def watch(call: Call) -> None:
        if call.stack in drawn:
            for name, tensor in zip(VECTORS, (call.query, call.key, call.value), strict=True):
                if tensor is not None:
                    layers[call.stack][name].append(takes[call.stack](tensor.transpose(1, 2)))

    cache = {} if model.stacks == ("encoder",) else {"use_cache": False}
    with model.attention.watching(watch):
        given = model.network.base_model(**batch.inputs, output_hidden_states=True, **cache)
    parts = {}
    for stack, words in drawn.items():
        states = getattr(given, f"{stack}_hidden_states", None) or given.hidden_states
        parts[stack] = _BatchVectors(
            {name: np.stack(rows).swapaxes(1, 2) for name, rows in layers[stack].items()},
            np.stack([takes[stack](states[layer]) for layer in model.attention.attending(stack)]),
            [word for of_text in words for word in of_text],
            [row.number for row, of_text in zip(batch.rows, words, strict=True) for _word in of_text],
        )
    return parts


def _take(axes: WordAxes, heads: int, drawn: Sequence[Sequence[_Word]]) -> Callable[[Tensor], np.ndarray]:
    """A function from ``[text, token, …]`` to the drawn words ``[word, …]``, each the mean over its pieces."""
    texts, tokens = axes.query_tokens.shape
    # The means are laid out for vectors of all heads; those of unit vectors are the shares of pieces in words.
    units = torch.eye(tokens, device=axes.query_tokens.device).expand(texts * heads, -1, -1).reshape(-1, tokens)
    shares = axes.means(units).view(texts, heads, -1, tokens)[:, 0]
    text = torch.tensor([number for number, words in enumerate(drawn) for _word in words], dtype=torch.long)
    place = torch.tensor([word.place for words in drawn for word in words], dtype=torch.long)
    wanted = shares[text, place]

    def take(tensor: Tensor) -> np.ndarray:
        return torch.einsum("wt,wt...->w...", wanted, tensor[text].float()).cpu().numpy()

    return take


def _joined(parts: Sequence[_BatchVectors], layers: tuple[int, ...]) -> ProbeWords:
    """In the order of texts, which does not hang on the batches."""
    words, texts = (
        [word for part in parts for word in part.words],
        np.array([text for part in parts for text in part.texts]),
    )
    order = np.argsort(texts, kind="stable")
    labels = [words[place].labels() for place in order]
    annotated = [words[place].sentence.words[words[place].at] for place in order]
    places = [(words[place].at, len(words[place].sentence.words) - 1 - words[place].at) for place in order]
    return ProbeWords(
        {name: np.concatenate([part.vectors[name] for part in parts], axis=2)[:, :, order] for name in VECTORS},
        np.concatenate([part.inputs for part in parts], axis=1)[:, order],
        {task: tuple(label[task] for label in labels) for task in labels[0]},
        tuple(word.upos for word in annotated),
        tuple(word.text.lower() for word in annotated),
        tuple(texts[order].tolist()),
        np.array(places),
        layers,
    )
