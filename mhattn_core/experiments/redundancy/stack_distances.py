"""How similar the heads of one stack are beside what random words give: the same form for a pair and for a run."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

import numpy as np
import pandas as pd

from mhattn_core.errors import NotAvailable, Problem
from mhattn_core.experiments.redundancy.heads import heads_of, shares_keys
from mhattn_core.experiments.redundancy.noise import noise_distances, noise_pairs
from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.locale import _
from mhattn_core.measures.redundancy.head_distances import By, distances
from mhattn_core.measures.redundancy.redundant import head_pairs
from mhattn_core.measures.redundancy.square import distance_square, square_of

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


@dataclass(frozen=True, eq=False)
class StackDistances:
    """One stack by one distance; arrays are ``[…, head, head]``, NaN where a distance is not known.

    ``here``: on text, square, indexed as ``distances`` gives it. ``noise [draw, …]``: on random words, of a run their
    mean; ``noise_ends [end, …]``: what lies between their ends. ``shared``: heads of one key/value group.
    ``shuffled [draw, …]``: with the words of each head in an order of its own; None where it was not measured.
    ``n``: pairs measured.
    """

    by: By
    here: pd.DataFrame
    noise: np.ndarray
    noise_ends: np.ndarray
    shared: np.ndarray
    shuffled: np.ndarray | None = None
    n: int = 1

    def pairs(self) -> pd.DataFrame:
        """Every two heads once: see ``head_pairs``."""
        return head_pairs(self.here, self.noise_ends, by=self.by, mean=self.noise.mean(axis=0))

    def comparable(self, unknown: str) -> "StackDistances":
        """Without heads whose distances are not known, on text or on random words.

        Raises NotAvailable where fewer than two are left. unknown: what is said of heads that would be enough.
        """
        if len(self.here) < 2:
            model, stack, *_head = self.here.index[0]
            raise NotAvailable(
                _("“{name}” has one head in its {stack}, and no other to compare it with.").format(
                    name=model, stack=stack
                ),
                _("Choose another model."),
            )
        known = without_gaps(self.here.isna().to_numpy() | np.isnan(self.noise).any(axis=0))
        if known.sum() < 2:
            raise NotAvailable(unknown, _("Choose a longer sentence, or another distance."))
        return replace(
            self,
            here=self.here.loc[known, known],
            noise=self.noise[:, known][:, :, known],
            noise_ends=self.noise_ends[:, known][:, :, known],
            shared=self.shared[known][:, known],
            shuffled=None if self.shuffled is None else self.shuffled[:, known][:, :, known],
        )


def without_gaps(unknown: np.ndarray) -> np.ndarray:
    """bool ``[head]``: heads that remain when those without distances are left out, the worst first: one leaves a gap
    in the row of every other. unknown: bool ``[head, head]``.
    """
    known = np.ones(len(unknown), dtype=bool)
    while known.any() and unknown[known][:, known].any():
        known[np.where(known, unknown[:, known].sum(axis=1), -1).argmax()] = False
    return known


def pair_distances(
    seen: "AttentionResult", stack: str, tell: Callable[[float], object] = lambda _share: None
) -> Mapping[By, StackDistances]:
    """A stack on one pair by every distance that can be had; for another, ``heads_of`` raises what is in the way.

    tell: told the share that is done, 0 to 1, before each run of the model and each distance. Raises Problem as
    ``noise_pairs``.
    """
    from mhattn_core.attention.attend import attend

    noise = []
    found: dict[By, StackDistances] = {}
    random, every = noise_pairs(seen), get_args(By)
    for number, pair in enumerate(random):
        tell(number / (len(random) + len(every)))
        noise.append(attend(seen.model, pair))
    for number, by in enumerate(every, start=len(random)):
        tell(number / (len(random) + len(every)))
        with suppress(Problem):
            here, drawn = distances(heads_of(seen, stack, by=by), by=by), noise_distances(noise, stack, by=by)
            found[by] = StackDistances(by, here, drawn, drawn, shares_keys(seen.model, here))
    return found


def corpus_distances(rows: pd.DataFrame, by: By) -> StackDistances:
    """A stack over a corpus. rows: those of one model's stack, as ``distance_table`` gives them."""
    here = distance_square(rows, by)
    model, stack = rows[["model", "stack"]].iloc[0]
    here.index = here.columns = pd.MultiIndex.from_tuples(
        [(model, stack, *head) for head in here.index], names=HEAD_COLUMNS
    )
    suffix = "" if by == "js" else f"_{by}"
    noise, shuffled = (square_of(rows, f"{name}{suffix}").to_numpy() for name in ("noise", "shuffled"))
    if by == "js":
        ends = np.stack([square_of(rows, "noise_low"), noise, square_of(rows, "noise_high")])
    else:
        # Likeness in the table, distance here; a head is itself.
        noise, shuffled = (np.where(np.eye(len(here), dtype=bool), 0, 1 - square) for square in (noise, shuffled))
        ends = noise[None]
    shared = square_of(rows.assign(shared_keys=rows["shared_keys"].astype(float)), "shared_keys").to_numpy() > 0
    return StackDistances(by, here, noise[None], ends, shared, shuffled[None], int(rows["n"].iloc[0]))
