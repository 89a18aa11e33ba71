"""What the Redundancy page knows about one stack of a model: distances on the pair, on random words, and which heads
share keys.
"""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core.attention import Seen, attend
from mhattn_core.errors import Problem
from mhattn_core.experiments.redundancy.heads import heads_of, shares_keys
from mhattn_core.experiments.redundancy.noise import noise_distances, noise_pairs
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.redundancy.clusters import Groups, Tree, groups, shuffled, tree
from mhattn_core.measures.redundancy.head_distances import By, Heads, distances
from mhattn_core.measures.redundancy.head_pairs import head_pairs
from mhattn_core.runs import Run
from mhattn_core.ui.redundancy.run import run_squares
from mhattn_core.ui.resources import HASHES
from mhattn_core.ui.words import Words

SHUFFLES = 5


def distance_words() -> dict[By, Words]:
    """By the distance's name in tables."""
    return {
        "js": Words(
            _("JS divergence (nats)"),
            _(
                "How differently two heads spread each word's attention over words, on average over words: 0 is the same, 0.69 (ln 2) never on the same word. Two heads that look everywhere are near, too."
            ),
        ),
        "correlation": Words(
            _("1 − correlation of weights"),
            _(
                "Whether two heads are strong in the same cells: 0 is proportional, 1 unrelated. Evenness alone brings no head near."
            ),
        ),
        "cka": Words(
            _("1 − CKA of outputs"),
            _(
                "Whether two heads write the same, up to rotation and scale: 0 is the same, about 1 unrelated (by chance a little more: what chance adds is taken off). The words of one sentence have something in common, and that makes heads look nearer: only runs, with one word a sentence, decide."
            ),
        ),
    }


@dataclass(frozen=True, eq=False)
class Redundancy:
    """One stack of a model, by one distance, on the sidebar's pair or over a run.

    ``here``: distances on text, square, of the heads that have some; ``noise [draw, head, head]``; ``pairs``: as
    ``head_pairs``;
    ``shared [head, head]``: heads of one key/value group; ``tree``: of ``here``; ``left_out``: heads without any
    distance; ``n``: pairs measured. run, shuffled ``[head, head]``: where it comes from a run, that run, and distances
    of heads with their words shuffled.
    """

    seen: Seen
    stack: str
    by: By
    here: pd.DataFrame
    noise: np.ndarray
    pairs: pd.DataFrame
    shared: np.ndarray
    tree: Tree
    left_out: tuple[str, ...]
    n: int = 1
    run: Run | None = None
    shuffled: np.ndarray | None = None

    @property
    def names(self) -> list[str]:
        """Of all heads, by layer and head."""
        return names(self.here)

    @property
    def ordered(self) -> list[str]:
        """Of all heads, near ones side by side."""
        return [self.names[place] for place in self.tree.order]

    @property
    def source(self) -> str:
        """The model with its revision, and the run, for files that leave the dashboard."""
        return f"{self.seen.model.name}@{self.seen.model.revision}" + (f" · run {self.run.id}" if self.run else "")


def names(square: pd.DataFrame) -> list[str]:
    """``L3 H7`` of each head of a square table."""
    return [head_name(layer, head) for *_stack, layer, head in square.index]


@st.cache_data(max_entries=48, show_spinner=False, hash_funcs=HASHES)
def heads(seen: Seen, stack: str, by: By) -> Heads:
    """Cached ``heads_of``."""
    return heads_of(seen, stack, by=by)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=HASHES)
def _measured(seen: Seen, stack: str) -> dict[By, tuple[pd.DataFrame, np.ndarray]]:
    """By every distance that can be had: on the pair, and on random words."""
    noise = [attend(seen.model, pair) for pair in noise_pairs(seen)]
    found: dict[By, tuple[pd.DataFrame, np.ndarray]] = {}
    for by in distance_words():
        with suppress(Problem):  # told when that distance is chosen
            found[by] = distances(heads_of(seen, stack, by=by), by=by), noise_distances(noise, stack, by=by)
    return found


def redundancy(seen: Seen, stack: str, by: By, run: Run | None = None) -> Redundancy:
    """Measure a stack on the pair, or read it from a run; a head whose distances are not known, on text or on random
    words, is left out.

    Raises Problem as ``heads_of``, as ``Run.distances``, and where fewer than two heads are left to compare.
    """
    return _over_run(seen, stack, by, run) if run else _on_pair(seen, stack, by)


def _over_run(seen: Seen, stack: str, by: By, run: Run) -> Redundancy:
    told = run_squares(run, seen.model.name, stack, by)
    known = _known(told.here.isna().to_numpy() | np.isnan(told.noise))
    _two_or_more(seen, stack, known, _("The run has no such distance of {name}.").format(name=seen.model.name))
    here, noise = told.here.loc[known, known], told.noise[known][:, known]
    band = told.band[:, known][:, :, known]
    pairs = head_pairs(here, np.stack([band[0], noise, band[1]]) if by == "js" else noise[None], by=by, mean=noise)
    left_out = tuple(name for name, kept in zip(names(told.here), known, strict=True) if not kept)
    shared, shuffled = told.shared[known][:, known], told.shuffled[known][:, known]
    return Redundancy(seen, stack, by, here, noise[None], pairs, shared, _tree(here), left_out, told.n, run, shuffled)


def _known(unknown: np.ndarray) -> np.ndarray:
    """bool ``[head]``: heads that remain when those without distances are left out, the worst first: one leaves a gap
    in the row of every other.
    """
    known = np.ones(len(unknown), dtype=bool)
    while known.any() and unknown[known][:, known].any():
        known[np.where(known, unknown[:, known].sum(axis=1), -1).argmax()] = False
    return known


def _two_or_more(seen: Seen, stack: str, known: np.ndarray, unknown: str) -> None:
    """Raise Problem where there are not two heads with a distance. unknown: what is said where there would be heads
    enough.
    """
    if len(known) < 2:
        raise Problem(
            _("“{name}” has one head in its {stack}, and no other to compare it with.").format(
                name=seen.model.name, stack=stack
            ),
            _("Choose another model."),
        )
    if known.sum() < 2:
        raise Problem(unknown, _("Choose a longer sentence, or another distance."))


def _on_pair(seen: Seen, stack: str, by: By) -> Redundancy:
    measured = _measured(seen, stack)
    if by not in measured:
        heads_of(seen, stack, by=by)
    here, noise = measured[by]
    known = _known(here.isna().to_numpy() | np.isnan(noise).any(axis=0))
    _two_or_more(
        seen, stack, known, _("Every head gives all of these words the same, so that this distance cannot be told.")
    )
    left_out = tuple(name for name, kept in zip(names(here), known, strict=True) if not kept)
    here, noise = here.loc[known, known], noise[:, known][:, :, known]
    shared = shares_keys(seen.model, here)
    return Redundancy(seen, stack, by, here, noise, head_pairs(here, noise, by=by), shared, _tree(here), left_out)


@st.cache_data(max_entries=24, show_spinner=False)
def _tree(here: pd.DataFrame) -> Tree:
    return tree(here.to_numpy())


@st.cache_data(
    max_entries=24,
    show_spinner=False,
    hash_funcs=HASHES | {Redundancy: lambda found: (found.source, found.stack, found.by, found.here)},
)
def groups_of(found: Redundancy) -> Groups:
    """How many groups the data bear, against words shuffled head by head and against random words."""
    if found.shuffled is not None:
        return groups(found.here.to_numpy(), found.shuffled[None], found.noise)
    whole = heads(found.seen, found.stack, found.by)
    kept = whole.index.isin(found.here.index)
    mixed = [
        distances(shuffled(whole, by=found.by, seed=seed), by=found.by).to_numpy()[kept][:, kept]
        for seed in range(SHUFFLES)
    ]
    return groups(found.here.to_numpy(), np.stack(mixed), found.noise)
