"""Which of two words a model holds for likelier at one place."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch

from mhattn_core.attention.batches import FedPair, batches, collate, feed_all
from mhattn_core.attention.objectives import NOT_ASKED, Objective, asked_of
from mhattn_core.models.model import Model
from mhattn_core.text.minimal_pairs import MinimalPair
from mhattn_core.text.pair import SentencePair


class Choice(NamedTuple):
    """What is fed for the minimal pair of a number, the position that answers, and the tokens of the good and of the
    bad word, the good one's again where there is no other.
    """

    number: int
    fed: tuple[int, ...]
    row: FedPair
    position: int
    good: int
    bad: int


class Choices(NamedTuple):
    """A batch of openings, and of each minimal pair in it: its number, its row, and where its two words stand among the
    task's options.
    """

    task: Objective
    numbers: list[int]
    rows: list[int]
    good: list[int]
    bad: list[int]


def choices(model: Model, pairs: Sequence[MinimalPair], *, tokens: int | None = None) -> list[Choices]:
    """Minimal pairs as padded batches, pairs of one opening in one row; ``outcome`` is −ln p of each option.

    A causal model reads the opening; a masked one the whole sentence with the word hidden; an encoder–decoder reads the
    source and has written the opening. Left out are pairs whose two words do not differ in just one token (masked) or
    that begin with one another (the others). None for a model without a language head.
    """
    of_row: dict[int, list[Choice]] = {}
    first: dict[tuple[int, ...], int] = {}
    for choice in fed_choices(model, pairs):
        of_row.setdefault(first.setdefault(choice.fed, choice.number), []).append(choice)
    return [
        batch_of(model, rows, of_row)
        for rows in batches(model, [together[0].row for together in of_row.values()], tokens=tokens)
    ]


def fed_choices(model: Model, pairs: Sequence[MinimalPair]) -> list[Choice]:
    """Those of the pairs that can be asked, see ``choices``, in their order."""
    read = {"next": _causal, "masked": _masked, "forced": _forced}.get(asked_of(model))
    return read(model, pairs) if read else []


def batch_of(model: Model, rows: Sequence[FedPair], of_row: Mapping[int, Sequence[Choice]]) -> Choices:
    """These rows as one batch. of_row: by the number of a row, what is asked of it."""
    asked, device = asked_of(model), model.network.device
    batch = collate(model, rows)
    listed = [(place, choice) for place, row in enumerate(rows) for choice in of_row[row.number]]
    options = sorted({token for _place, choice in listed for token in (choice.good, choice.bad)})
    answers = "decoder_input_ids" if asked == "forced" else "input_ids"
    targets = torch.full(batch.inputs[answers].shape, NOT_ASKED, device=device)
    for place, choice in listed:
        targets[place, choice.position] = choice.good
    inputs = dict(batch.inputs)
    if asked == "masked":
        inputs["input_ids"] = inputs["input_ids"].masked_fill(targets != NOT_ASKED, model.tokenizer.mask_token_id)
    real = {stack: axes.query_tokens for stack, axes in batch.axes.items()}
    task = Objective(asked, rows, inputs, real, targets, torch.tensor(options, device=device))
    good, bad = (
        [options.index(token) for token in tokens]
        for tokens in zip(*((c.good, c.bad) for _place, c in listed), strict=True)
    )
    return Choices(task, [choice.number for _place, choice in listed], [place for place, _choice in listed], good, bad)


def _causal(model: Model, pairs: Sequence[MinimalPair]) -> list[Choice]:
    openings = _fed(model, [SentencePair(pair.opening) for pair in pairs])
    goods, bads = (_fed(model, [SentencePair(text) for text in texts]) for texts in _ended(pairs))
    found = []
    for number, row in openings.items():
        here, good, bad = (rows[number].inputs["input_ids"] for rows in (openings, goods, bads))
        end = len(here)
        # A word may melt into the opening, or one word begin with the other.
        if not good[:end] == bad[:end] == here or len(good) == end:
            continue
        if not pairs[number].bad:
            found.append(Choice(number, tuple(here), row, end - 1, good[end], good[end]))
        elif end < len(bad) and good[end] != bad[end]:
            found.append(Choice(number, tuple(here), row, end - 1, good[end], bad[end]))
    return found


def _masked(model: Model, pairs: Sequence[MinimalPair]) -> list[Choice]:
    goods, bads = (_fed(model, [SentencePair(f"{text}.") for text in texts]) for texts in _ended(pairs))
    found = []
    for number, row in goods.items():
        good, bad = row.inputs["input_ids"], bads[number].inputs["input_ids"]
        place = next((place for place, (one, other) in enumerate(zip(good, bad, strict=False)) if one != other), 0)
        asked = 1 if pairs[number].bad else 0
        if place and good[place + 1 :] == bad[place + asked :]:
            rest = (*good[:place], NOT_ASKED, *good[place + 1 :])
            found.append(Choice(number, rest, row, place, good[place], bad[place] if asked else good[place]))
    return found


def _forced(model: Model, pairs: Sequence[MinimalPair]) -> list[Choice]:
    goods, bads = (
        _fed(model, [SentencePair(pair.source, f"{text}.") for pair, text in zip(pairs, texts, strict=True)])
        for texts in _ended(pairs)
    )
    found = []
    for number, row in goods.items():
        source, good, bad = (
            row.inputs["input_ids"],
            row.inputs["decoder_input_ids"],
            bads[number].inputs["decoder_input_ids"],
        )
        # What is written at a place is read at the next.
        place = next((place for place, (one, other) in enumerate(zip(good, bad, strict=False)) if one != other), 0)
        if place:
            other = bad[place] if pairs[number].bad else good[place]
            found.append(Choice(number, (*source, NOT_ASKED, *good[:place]), row, place - 1, good[place], other))
    return found


def _ended(pairs: Sequence[MinimalPair]) -> tuple[list[str], list[str]]:
    return [pair.ended(pair.good) for pair in pairs], [pair.ended(pair.bad) for pair in pairs]


def _fed(model: Model, pairs: Sequence[SentencePair]) -> dict[int, FedPair]:
    return {row.number: row for row in feed_all(model, pairs)[0]}
