"""What a model is asked of a text, without data for any task: words that it has to guess, or the vector that it makes
of a sentence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from inspect import signature
from math import ceil
from typing import Literal

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING

from mhattn_core.arrays.word_layer import SIDES
from mhattn_core.attention.batches import FedPair, batches, collate, feed_all
from mhattn_core.attention.languages import language_of, set_languages
from mhattn_core.attention.pieces import encode_target
from mhattn_core.attention.prepare_inputs import with_second_sentence
from mhattn_core.attention.sentence_vectors import vectors_of
from mhattn_core.errors import Problem
from mhattn_core.models.model import Model
from mhattn_core.text.feeding import AS_PAIR
from mhattn_core.text.pair import SentencePair

Target = Literal["next", "forced", "masked", "class", "vector"]

MASKED_SHARE = 0.15
NOT_ASKED = -100
"""As in transformers: a position at which nothing is predicted."""
CACHED_LOGITS = 2**19
"""What stays in a core's cache from one pass over it to the next."""


def asked_of(model: Model) -> Target:
    """The next word of a causal model, the given translation's of an encoder–decoder, hidden words of a masked model, a
    classifier's classes; of a model without a head, its last states as one vector, by its own pooling (Reimers &
    Gurevych 2019, section 3)."""
    if model.head == "class":
        return "class"
    if model.head == "language" and "decoder" in model.stacks:
        return "forced" if "cross" in model.stacks else "next"
    hides = type(model.network.config) in MODEL_FOR_MASKED_LM_MAPPING and model.tokenizer.mask_token_id is not None
    return "masked" if model.head == "language" and hides else "vector"


@dataclass(frozen=True, eq=False)
class Objective:
    """A padded batch. ``rows`` as fed; ``real``: of each stack, bool ``[row, query]``; ``targets`` ``[row, position]``:
    the token that each position should predict, -100 where nothing is asked; None where no words are asked for.
    ``options``: tokens to choose from at the one position of each row that is asked."""

    asked: Target
    rows: Sequence[FedPair]
    inputs: dict[str, Tensor]
    real: dict[str, Bool[Tensor, "_row _query"]]
    targets: Int[Tensor, "row position"] | None
    options: Int[Tensor, " option"] | None = None

    @property
    def counts(self) -> Float[np.ndarray, " row"]:
        """How many tokens of each row are asked for, ``[row]``; one where it is not about words."""
        return (
            np.ones(len(self.rows))
            if self.targets is None
            else (self.targets != NOT_ASKED).sum(dim=1).double().cpu().numpy()
        )

    @property
    def positions(self) -> int:
        """At how many positions of a row, at most, a token has to be guessed; 0 where it is not about words."""
        return 0 if self.targets is None else int((self.targets != NOT_ASKED).any(dim=0).sum())


def tasks(
    model: Model, pairs: Sequence[SentencePair], *, scored_from: Sequence[int] = (), tokens: int | None = None
) -> tuple[list[Objective], dict[int, Problem]]:
    """Pairs as padded batches (``tokens``: see ``batches``), and by number why one cannot be fed. A row's number is its
    pair's.

    scored_from: of each pair, the character of its first sentence before which a causal model is asked for nothing.
    An encoder–decoder writes a missing second sentence itself.
    """
    asked = asked_of(model)
    pairs = [with_second_sentence(model, pair) for pair in pairs]
    rows, problems = feed_all(model, pairs)
    starts = dict(enumerate(scored_from))
    return [_task(model, asked, some, pairs, starts) for some in batches(model, rows, tokens=tokens)], problems


def outcome(model: Model, task: Objective) -> Callable[[nn.Module, int], Float[Tensor, "copied_row part"]]:
    """A forward of so many copies of the task through a network (the model's, or one like it): ``[copy × row, part]``.

    Parts: for words, the sum of −ln p over those asked for, in nats, or −ln p of each option; for a class, ln p of
    each; for a vector, its dimensions at length one.
    """

    wanted = None if task.targets is None else (task.targets != NOT_ASKED).any(dim=0).nonzero()[:, 0]

    def run(network: nn.Module, copies: int) -> Tensor:
        inputs = {name: torch.cat([tensor] * copies) for name, tensor in task.inputs.items()}
        options = {} if model.stacks == ("encoder",) else {"use_cache": False}
        if task.asked == "vector":
            real = torch.cat([task.real[model.stacks[-1]]] * copies)
            states = network.base_model(**inputs, **options)[0].float()  # type: ignore[operator]
            return vectors_of(model, states, real)
        if task.targets is None or wanted is None:
            return log_probabilities(network(**inputs, **options).logits.float())
        if "logits_to_keep" in signature(network.forward).parameters:
            logits = network(**inputs, **options, logits_to_keep=wanted).logits.float()
        else:
            logits = network(**inputs, **options).logits[:, wanted].float()
        targets = torch.cat([task.targets[:, wanted]] * copies)
        if task.options is not None:
            return -logits[targets != NOT_ASKED].log_softmax(dim=-1)[:, task.options]
        # Zero where nothing is asked; choosing those that are would copy all logits.
        losses = _cross_entropy(logits.flatten(0, 1), targets.flatten())
        return losses.view(targets.shape).sum(dim=1, keepdim=True)

    return run


def _cross_entropy(
    logits: Float[Tensor, "position token"], targets: Int[Tensor, " position"]
) -> Float[Tensor, " position"]:
    """−ln p of each target, 0 where nothing is asked; on a CPU a few rows at a time, four times as fast as all at once."""
    rows = max(CACHED_LOGITS // logits.shape[1], 1) if logits.device.type == "cpu" else max(len(logits), 1)
    return torch.cat(
        [
            nn.functional.cross_entropy(some, of, reduction="none", ignore_index=NOT_ASKED)
            for some, of in zip(torch.split(logits, rows), torch.split(targets, rows), strict=True)
        ]
    )


def log_probabilities(logits: Float[Tensor, "row output"]) -> Float[Tensor, "row class"]:
    """ln p of each class. The one output of a reranker is the log odds that its two texts belong together."""
    if logits.shape[1] == 1:
        return nn.functional.logsigmoid(torch.cat([-logits, logits], dim=1))
    return logits.log_softmax(dim=-1)


def class_numbers(model: Model, labels: Sequence[str]) -> Int[np.ndarray, " label"]:
    """The class that each label means, by its name in the model's config or its number; -1 for one that means none."""
    named = {str(name).lower(): int(number) for name, number in (model.network.config.label2id or {}).items()}
    classes = 2 if model.network.config.num_labels == 1 else model.network.config.num_labels
    numbers = {str(number): number for number in range(classes)}
    return np.array([named.get(label.lower(), numbers.get(label, -1)) for label in labels], dtype=int)


def _task(
    model: Model, asked: Target, rows: Sequence[FedPair], pairs: Sequence[SentencePair], starts: Mapping[int, int]
) -> Objective:
    batch = collate(model, rows)
    real = {stack: axes.query_tokens for stack, axes in batch.axes.items()}
    inputs = dict(batch.inputs)
    if asked in ("class", "vector"):
        return Objective(asked, rows, inputs, real, None)
    if asked == "next":
        found = [torch.tensor(_next(row, pairs[row.number], starts.get(row.number, 0))) for row in rows]
    else:
        answers = {"forced": _forced, "masked": _masked}[asked]
        found = [torch.tensor(answers(model, row, pairs[row.number])) for row in rows]
    targets = pad_sequence(found, batch_first=True, padding_value=NOT_ASKED).to(model.network.device)
    if asked == "masked":
        inputs["input_ids"] = inputs["input_ids"].masked_fill(targets != NOT_ASKED, model.tokenizer.mask_token_id)
    return Objective(asked, rows, inputs, real, targets)


def _next(row: FedPair, pair: SentencePair, start: int) -> list[int]:
    ids = np.array([*row.inputs["input_ids"][1:], NOT_ASKED])
    ((side, first, _end),) = (spans.T for spans in row.queries.values())
    if start:
        ids[:-1][(side[1:] != SIDES["a"]) | (first[1:] < start)] = NOT_ASKED
    if pair.feeding != AS_PAIR:  # what a template says is no guess
        ids[:-1][~np.isin(side[1:], list(SIDES.values()))] = NOT_ASKED
    return ids.tolist()


def _forced(model: Model, _row: FedPair, pair: SentencePair) -> list[int]:
    with model.tokenizing:
        set_languages(
            model, pair.source_language or language_of(pair.a.text), pair.target_language or language_of(pair.b.text)
        )
        return encode_target(model, pair.b.text).inputs["input_ids"]


def _masked(_model: Model, row: FedPair, pair: SentencePair) -> list[int]:
    ids = np.array(row.inputs["input_ids"])
    (spans,) = row.queries.values()
    hidden = np.zeros(len(ids), dtype=bool)
    covered = [(spans[:, 0] == side) & (spans[:, 1] < end) & (spans[:, 2] > start) for side, start, end in row.words]
    covered = [tokens for tokens in covered if tokens.any()]  # a special token that somebody typed is no word to hide
    for place in hidden_words(f"{pair.a.text}\n{pair.b.text}", len(covered)):
        hidden |= covered[place]
    return np.where(hidden, ids, NOT_ASKED).tolist()


def hidden_words(text: str, words: int) -> list[int]:
    """The 15 % of a text's words, at least one, that are hidden from a masked model: the same in every model and with
    any head off.
    """

    def draw(place: int) -> bytes:
        return blake2b(f"{place}\n{text}".encode(), digest_size=8, person=b"mask").digest()

    return sorted(sorted(range(words), key=draw)[: ceil(MASKED_SHARE * words)])
