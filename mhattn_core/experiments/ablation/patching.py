"""What carries the difference between two openings: parts of each head, moved from one run into the other."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float

from mhattn_core.attention.ablation import Ablation, Kind, Outputs
from mhattn_core.attention.contrast_batches import Positions
from mhattn_core.attention.patches import PATCHES, PatchKind
from mhattn_core.experiments.ablation.contrast_runs import DIRECTIONS, ContrastRuns, Direction
from mhattn_core.experiments.ablation.minimal_pairs import reads
from mhattn_core.heads import HEAD_COLUMNS, Head
from mhattn_core.measures.ablation.effects import effects, ends
from mhattn_core.measures.roles.significance import adjusted
from mhattn_core.models.model import Model
from mhattn_core.text.contrasts import Contrast

COLUMNS = (
    *("model", "relation", "stack", "layer", "head", "kind", "direction", "positions"),
    *("clean", "corrupt", "patched", "recovery", "low", "high", "p", "q", "attribution"),
    *("n", "units", "contrasts", "unasked", "unequal", "not_told_apart"),
)
SCREENED = 20
"""Heads of which queries, keys, values and weights are moved, and the output at some positions: those for which one
backward pass promises most.
"""
KIND: Mapping[str, Kind] = {kind.removeprefix("patch_"): kind for kind in PATCHES}
NARROWED: tuple[Positions, ...] = ("changed", "answer")


def patching_table(
    model: Model,
    contrasts: Sequence[Contrast],
    means: Outputs | None = None,
    *,
    tell: Callable[[int], object] = lambda _texts: None,
) -> pd.DataFrame:
    """Rows of ``patching.parquet``, of each relation, head, kind, direction and positions.

    recovery: Σ(patched − base) / Σ(source − base) of the answers over the contrasts that the model tells apart: 0 where
    the run goes on as it was, 1 where it answers as the other. low, high, p: over pairs of openings (see ``effects``);
    q over the heads of one relation, kind, direction and positions. attribution: the same to first order. kind
    ``knockout`` and ``mean``: no part is moved, but the head loses its weights from the position that answers to the
    changed tokens, or gives its mean; recovery is then how far the answer after the good opening falls towards that
    after the bad one.

    Kinds other than ``output``, ``knockout`` and ``mean``, and positions other than ``all``, are measured of the
    ``SCREENED`` heads of the largest attribution. No rows for a model without a language head, and for a relation in
    which it answers no better than chance after either opening, or that stands in a language that it does not read.
    Source: Vig et al. 2020; Zhang & Nanda 2024.
    """
    tables = [pd.DataFrame(columns=list(COLUMNS))]
    for relation in dict.fromkeys(contrast.relation for contrast in contrasts):
        own = [one for one in contrasts if one.relation == relation and reads(model, _read_first(model, one))]
        runs = ContrastRuns(model, own, means=means, tell=tell)
        if _is_known(runs):
            tables.append(_of_relation(runs).assign(model=model.name, relation=relation)[list(COLUMNS)])
    return pd.concat(tables[1:] or tables, ignore_index=True)


def rows_to_run(heads: int, openings: int) -> int:
    """How many openings a table of so many heads puts through the network."""
    screened = min(heads, SCREENED)
    return openings * (2 + 4 * heads + screened * len(DIRECTIONS) * (len(PATCHES) - 1 + len(NARROWED)))


def _read_first(model: Model, contrast: Contrast) -> str:
    return contrast.source if "cross" in model.stacks else contrast.clean


def _is_known(runs: ContrastRuns) -> bool:
    """Whether the model answers rightly after the good openings and after the bad ones, both by an interval beyond 0 (of
    too few for one, by the mean); of words that are asked for alone, whether the good opening makes them likelier.

    That the two differ would not do: of the same few words any network prefers one way round, and always the same.
    """
    asked = ~np.isnan(runs.clean - runs.corrupt)
    if not asked.any() or not runs.told_apart.any():
        return False
    has_other = all(contrast.bad for contrast in runs.contrasts)
    rights = [runs.clean, -runs.corrupt] if has_other else [runs.clean - runs.corrupt]
    right = np.stack(rights)[:, asked]
    units = [unit for unit, is_asked in zip(_units(runs), asked, strict=True) if is_asked]
    low = ends(right, np.ones(right.shape[1]), units)[0]
    return bool((np.where(np.isnan(low), right.mean(axis=1), low) > 0).all())


def _units(runs: ContrastRuns) -> list[str]:
    """Contrasts of the same two openings, whichever is the good one, depend on one another."""
    translates = "cross" in runs.model.stacks
    return [
        "\n".join((*sorted((one.clean, one.corrupt)), *([one.source] if translates else []))) for one in runs.contrasts
    ]


def _of_relation(runs: ContrastRuns) -> pd.DataFrame:
    parts = [name for name in KIND if name == "output" or runs.model.attention.gives_values]
    every, tables = runs.model.attention.all_heads(), []
    kinds: list[PatchKind] = [kind for kind in PATCHES if kind.removeprefix("patch_") in parts]
    of_direction = {direction: _first_order(runs, kinds, direction) for direction in DIRECTIONS}
    screened = _largest(of_direction["good_to_bad"])
    for direction in DIRECTIONS:
        first_order = of_direction[direction]
        for part, heads, at in _asked(parts, every, screened):
            off: list[Ablation] = [{head: KIND[part]} for head in heads]
            rows = _shares(runs, heads, runs.patched(off, direction, at), direction)
            if at == "all":
                rows["attribution"] = [first_order[part][head] for head in heads]
            tables.append(rows.assign(kind=part, direction=direction, positions=at))
    tables.append(_shares(runs, every, runs.off([{head: "mean"} for head in every]), "bad_to_good").assign(kind="mean"))
    if runs.model.attention.gives_values:
        out = runs.knocked_out([{head: "knockout"} for head in every])
        tables.append(_shares(runs, every, out, "bad_to_good").assign(kind="knockout"))
    table = pd.concat(tables, ignore_index=True).reindex(columns=list(COLUMNS))
    names = ["direction", "positions"]
    table[names] = table[names].fillna("")
    apart, asked = runs.told_apart, ~np.isnan(runs.clean - runs.corrupt)
    return table.assign(
        contrasts=len(runs.contrasts),
        unasked=runs.left_out.unasked,
        unequal=runs.left_out.unequal,
        not_told_apart=int((asked & ~apart).sum()),
    )


def _asked(
    parts: Sequence[str], every: Sequence[Head], screened: Sequence[Head]
) -> Iterator[tuple[str, Sequence[Head], Positions]]:
    """What is moved, of which heads, and where."""
    for part in parts:
        yield part, every if part == "output" else screened, "all"
    for at in NARROWED:
        yield "output", screened, at


def _first_order(runs: ContrastRuns, kinds: Sequence[PatchKind], direction: Direction) -> dict[str, dict[Head, float]]:
    """Attribution in units of recovery, of each part and head."""
    span = (runs.clean - runs.corrupt)[runs.told_apart].sum()
    sign = 1 if direction == "good_to_bad" else -1
    return {
        kind.removeprefix("patch_"): {head: sign * value / span for head, value in of_kind.items()}
        for kind, of_kind in runs.attributed(kinds, direction).items()
    }


def _largest(first_order: Mapping[str, Mapping[Head, float]]) -> list[Head]:
    """In the order of ``all_heads``."""
    heads = list(first_order["output"])
    promise = {head: max(abs(of_part[head]) for of_part in first_order.values()) for head in heads}
    chosen = set(sorted(heads, key=lambda head: -promise[head])[:SCREENED])
    return [head for head in heads if head in chosen]


def _shares(
    runs: ContrastRuns, heads: Sequence[Head], answers: Float[np.ndarray, "head contrast"], direction: Direction
) -> pd.DataFrame:
    """One kind of all these heads. Above 0 is towards the run that the part comes from, in either direction."""
    counted = runs.told_apart
    units = [unit for unit, counts in zip(_units(runs), counted, strict=True) if counts]
    clean, corrupt, answers = runs.clean[counted], runs.corrupt[counted], answers[:, counted]
    moved = answers - corrupt if direction == "good_to_bad" else clean - answers
    found = effects(moved, np.zeros(len(clean)), clean - corrupt, units)
    table = pd.DataFrame(heads, columns=HEAD_COLUMNS[1:]).join(found.rename(columns={"delta": "recovery"}))
    return table.assign(
        clean=clean.mean(), corrupt=corrupt.mean(), patched=answers.mean(axis=1), q=adjusted(table["p"].to_numpy())
    )
