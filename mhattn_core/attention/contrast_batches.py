"""Two runs of a model that may be patched into one another: of each contrast the clean and the corrupt opening, token
by token beside each other.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mhattn_core.attention.batches import FedPair, batches
from mhattn_core.attention.minimal_pair_batches import Choice, Choices, batch_of, fed_choices
from mhattn_core.attention.objectives import NOT_ASKED
from mhattn_core.models.model import Model
from mhattn_core.text.contrasts import Contrast

Positions = Literal["all", "changed", "answer"]
"""Where a patch is put: everywhere, at the tokens in which the two openings differ, at the position that answers."""
SOURCE, TARGET = "input_ids", "decoder_input_ids"


class Reason(NamedTuple):
    """How many contrasts were left out: those that cannot be asked, since a word is no token of its own or the openings
    cannot be fed, and those whose openings differ in their number of tokens.
    """

    unasked: int
    unequal: int


class Sides(NamedTuple):
    """A batch of contrasts twice, alike in rows, positions and options."""

    clean: Choices
    corrupt: Choices


def sides_of(model: Model, contrasts: Sequence[Contrast], *, tokens: int | None = None) -> tuple[list[Sides], Reason]:
    """Contrasts as padded batches, those of the same two openings in one row, and why others are left out. A number is
    a contrast's place among those given. None for a model without a language head.
    """
    both = [
        {choice.number: choice for choice in fed_choices(model, [contrast.sides[side] for contrast in contrasts])}
        for side in (0, 1)
    ]
    asked = [number for number in both[0] if number in both[1]]
    equal = [number for number in asked if _are_alike(both[0][number], both[1][number])]
    together: dict[tuple[tuple[int, ...], ...], list[int]] = {}
    for number in equal:
        together.setdefault(tuple(of_side[number].fed for of_side in both), []).append(number)
    numbers = {group[0]: group for group in together.values()}
    # Of one length, so that all rows of a batch answer at one position, and a language head makes no more than that.
    of_length: dict[int, list[FedPair]] = {}
    for number in numbers:
        row = both[0][number].row
        of_length.setdefault(row.tokens, []).append(row)
    batched = [
        Sides(*(_side(model, rows, numbers, of_side) for of_side in both))
        for of_one in of_length.values()
        for rows in batches(model, of_one, tokens=tokens)
    ]
    return batched, Reason(len(contrasts) - len(asked), len(asked) - len(equal))


def _side(
    model: Model, rows: Sequence[FedPair], numbers: Mapping[int, Sequence[int]], choices: Mapping[int, Choice]
) -> Choices:
    """One side of some rows. numbers: of the contrasts that each row asks."""
    of_row = {row.number: [choices[number] for number in numbers[row.number]] for row in rows}
    return batch_of(model, [choices[row.number].row for row in rows], of_row)


def _are_alike(clean: Choice, corrupt: Choice) -> bool:
    """Whether the openings have as many tokens in each sequence, and ask for the same words at the same position."""
    lengths = [{name: len(ids) for name, ids in one.row.inputs.items()} for one in (clean, corrupt)]
    return lengths[0] == lengths[1] and clean[3:] == corrupt[3:]


def differences(
    outcomes: Float[np.ndarray, "variant row option"], batch: Choices, contrasts: Sequence[Contrast]
) -> Float[np.ndarray, "variant contrast"]:
    """ln p of the good word less ln p of the bad one, in nats, of each contrast of a batch, from −ln p of its options;
    ln p of the good word where it is asked for alone. It equals the difference of the two logits.
    """
    has_other = np.array([bool(contrasts[number].bad) for number in batch.numbers])
    good, bad = outcomes[:, batch.rows, batch.good], outcomes[:, batch.rows, batch.bad]
    return np.where(has_other, bad, 0.0) - good


def weights_of(
    batch: Choices, contrasts: Sequence[Contrast], counted: Bool[np.ndarray, " contrast"]
) -> Float[Tensor, "row option"]:
    """What options are to be multiplied by so that their sum is that of ``differences`` of the contrasts that count."""
    task = batch.task
    if task.options is None:
        raise ValueError("nothing is chosen from")
    weights = torch.zeros(len(task.rows), len(task.options))
    for number, row, good, bad in zip(batch.numbers, batch.rows, batch.good, batch.bad, strict=True):
        if counted[number]:
            weights[row, good] -= 1
            weights[row, bad] += bool(contrasts[number].bad)
    return weights.to(task.options.device)


def cells_at(sides: Sides, at: Positions) -> dict[str, tuple[Bool[Tensor, "row query"], Bool[Tensor, "row key"]]]:
    """Which queries and which keys of each stack are patched."""
    clean, corrupt = sides.clean.task, sides.corrupt.task
    translates = "cross" in clean.real

    def cells(reading: bool) -> Bool[Tensor, "row position"]:
        """Of what is read, or else written; these are one but for an encoder–decoder."""
        name = SOURCE if reading or not translates else TARGET
        changed = clean.inputs[name] != corrupt.inputs[name]
        if at == "answer" and clean.targets is not None:
            return torch.zeros_like(changed) if reading and translates else clean.targets != NOT_ASKED
        return changed if at == "changed" else torch.ones_like(changed)

    return {stack: (cells(stack == "encoder"), cells(stack in ("encoder", "cross"))) for stack in clean.real}
