"""Queries, keys and values of words in many texts, with what is known about the words: what probes learn from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from mhattn_core.attention import Seen, attend
from mhattn_core.attention.word_grid import WordAxis, word_axis
from mhattn_core.errors import Problem
from mhattn_core.models import Model
from mhattn_core.tap import Call
from mhattn_core.text.annotation import Annotated, AnnotatedSentence
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.relations.word_lists import classes

WORDS_OF_A_TEXT = 6
"""No more from each, so that many texts fit into few words."""


@dataclass(frozen=True, eq=False)
class ProbeWords:
    """One stack. ``vectors``: ``query``, ``key`` and ``value``, each float32 ``[layer, head or key/value head, word, dimension]``;
    ``inputs`` ``[layer, word, model dimension]``: what each layer gets. ``labels``: task → one label a word, empty where it has none;
    ``types``: forms; ``texts``: the text of each word."""

    vectors: Mapping[str, np.ndarray]
    inputs: np.ndarray
    labels: Mapping[str, tuple[str, ...]]
    types: tuple[str, ...]
    texts: tuple[int, ...]


def labels_of(sentence: AnnotatedSentence, place: int) -> dict[str, str]:
    """What can be asked about a word: ``pos``, ``role``, ``category`` and ``partner`` (the part of speech of the word it hangs on)."""
    word = sentence.words[place]
    category = classes("category", sentence.language)
    return {
        "pos": word.upos,
        "role": word.relation,
        "category": category.get(word.lemma, ""),
        "partner": sentence.words[word.head].upos if word.head >= 0 else "",
    }


def probe_words(
    model: Model,
    pairs: Sequence[SentencePair],
    annotated: Sequence[Annotated],
    stack: str,
    *,
    tell: Callable[[int], None] = lambda _pairs: None,
) -> ProbeWords | None:
    """A few words of each text, drawn by seed; None when no text could be read. ``stack`` is one of self-attention.

    A text that the model cannot take is left out. Raises Problem where the model does not tell queries, keys and values.
    """
    vectors: dict[str, list[np.ndarray]] = {"query": [], "key": [], "value": []}
    inputs, labels, types, texts = [], [], [], []
    for number, (pair, about) in enumerate(zip(pairs, annotated, strict=True)):
        tell(1)
        try:
            seen = attend(model, pair)
        except Problem:
            continue
        axis = word_axis(seen.pieces(stack)[0], seen.sentences, model.tokenizer.unk_token_id)
        known = _known(axis, about)
        words = [word for word in np.random.default_rng(number).permutation(len(axis.words)) if axis.seen[word] and known[word]]
        words = words[:WORDS_OF_A_TEXT]
        if not words:
            continue
        for name, rows in _vectors(seen, stack, axis).items():
            vectors[name].append(rows[:, :, words])
        inputs.append(_inputs(seen, stack, axis)[:, words])
        for word in words:
            sentence, place = known[word]
            labels.append(labels_of(sentence, place))
            types.append(sentence.words[place].text.lower())
            texts.append(number)
    if not labels:
        return None
    return ProbeWords(
        {name: np.concatenate(rows, axis=2) for name, rows in vectors.items()},
        np.concatenate(inputs, axis=1),
        {task: tuple(label[task] for label in labels) for task in labels[0]},
        tuple(types),
        tuple(texts),
    )


def _known(axis: WordAxis, about: Annotated) -> list[tuple[AnnotatedSentence, int] | None]:
    """The annotated word behind each word of the axis; none where a sentence was cut into other words."""
    sentences = {"a": about.a, "b": about.b}
    fits = {side: len(sentence.words) == axis.sides.count(side) for side, sentence in sentences.items()}
    return [(sentences[side], axis.sides[:at].count(side)) if fits[side] else None for at, side in enumerate(axis.sides)]


def _vectors(seen: Seen, stack: str, axis: WordAxis) -> dict[str, np.ndarray]:
    """Means over each word's pieces, ``[layer, head, word, dimension]``."""
    layers: dict[str, list[np.ndarray]] = {"query": [], "key": [], "value": []}

    def see(call: Call) -> None:
        if call.stack == stack:
            for name, tensor in (("query", call.query), ("key", call.key), ("value", call.value)):
                if tensor is not None:
                    layers[name].append(axis.averaged(tensor[0].float().cpu().numpy()))

    seen.again(see)
    return {name: np.stack(rows) for name, rows in layers.items()}


@torch.no_grad()
def _inputs(seen: Seen, stack: str, axis: WordAxis) -> np.ndarray:
    """What each layer of the stack gets, ``[layer, word, model dimension]``."""
    given = seen.model.network.base_model(**seen.inputs, output_hidden_states=True)
    states = getattr(given, f"{stack}_hidden_states", None) or given.hidden_states
    return np.stack([axis.averaged(state[0].float().cpu().numpy()) for state in states[:-1]])
