"""The note's vote: do other heads find the subject when some fail?"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.arrays.word_grid import WordGrid
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_pair import code_of, source_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name
from mhattn_core.locale import _, listed
from mhattn_core.measures.votes import votes

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

SENTENCE = "fox"
SUBJECT, VERB, RIVAL = 3, 4, 8
"""Positions of *fox*, *jumps* and *dog* among the words of the gallery's sentence."""
Cell = tuple[int, int]


def hardest(grid: WordGrid, failing: int) -> list[Cell]:
    """The heads with the greatest weight from the verb to the subject, the hardest first."""
    weights = grid.pattern[:, :, VERB, SUBJECT]
    order = np.argsort(-weights, axis=None, kind="stable")[:failing]
    return [(int(place) // weights.shape[1], int(place) % weights.shape[1]) for place in order]


def elections(grid: WordGrid, without: WordGrid, off: Sequence[Cell]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The verb's row as all heads vote, and as the others vote when ``off`` are off."""
    counted = grid.attends.copy()
    before = votes(grid.pattern, grid.keys, query=VERB, counted=counted)
    counted[tuple(zip(*off, strict=True))] = False
    return before, votes(without.pattern, grid.keys, query=VERB, counted=counted)


def vote_findings(
    seen: "AttentionResult",
    stack: str,
    grid: WordGrid,
    without: WordGrid,
    off: Sequence[Cell],
    *,
    hard: bool,
    kind: str = "zero",
) -> tuple[Finding, Finding]:
    """Who is elected by majority and by weight, with all heads and without ``off``; see ``vote_sentence``. kind: how
    these were switched off.
    """
    before, after = elections(grid, without, off)
    rows = vote_table(grid, without, off)
    sentence = escape(vote_sentence(before, after, seen.model.name, off, grid, hard=hard))
    ablated = ", ".join(f"({stack!r}, {layer}, {head}): {kind!r}" for layer, head in off)
    less = f"mh.attend(seen.model, pair, ablate={{{ablated}}}).words({stack!r})"
    code = code_of(
        seen,
        f"vote_table(seen.words({stack!r}), {less}, {[tuple(map(int, head)) for head in off]})",
        "from mhattn_core.findings.ablation.vote import vote_table",
    )
    parts = []
    for value, title in (
        ("votes", _("share of heads that look here most")),
        ("weight", _("mean weight of the heads")),
    ):
        table = rows.assign(value=rows[value])
        parts.append(
            Finding(
                f"vote_by_{value}",
                sentence,
                table,
                partial(charts.votes, table, title=title),
                title,
                1,
                source_of(seen),
                code,
            )
        )
    return parts[0], parts[1]


def vote_table(grid: WordGrid, without: WordGrid, off: Sequence[Cell]) -> pd.DataFrame:
    """Both ``elections``: a row a word and state, and whether it is the subject (right)."""
    states = _("all heads on"), _("without {heads}").format(heads=listed(head_name(*head) for head in off))
    tables = [
        one.assign(state=state, right=one["position"] == SUBJECT)
        for one, state in zip(elections(grid, without, off), states, strict=True)
    ]
    table = pd.concat(tables, ignore_index=True)
    table["position"] -= table["position"] > VERB
    return table


def vote_sentence(
    before: pd.DataFrame, after: pd.DataFrame, name: str, off: Sequence[Cell], grid: WordGrid, *, hard: bool = True
) -> str:
    """Who wins by majority and by weight, before and after. hard: the heads that fail are those that look hardest at
    the subject.
    """
    elected = {
        (when, by): _winner(table, by)
        for when, table in (("before", before), ("after", after))
        for by in ("votes", "weight")
    }
    said = _(
        "With all heads of {name}, more look from jumps at “{majority}” than at any other word, and most weight lies "
        "on “{weight}”."
    ).format(name=name, majority=elected["before", "votes"], weight=elected["before", "weight"])
    message = (
        _("Without the chosen heads ({heads}): “{majority}” by majority, “{weight}” by weight.")
        if not hard
        else _("Without the one that looks hardest at fox ({heads}): “{majority}” by majority, “{weight}” by weight.")
        if len(off) == 1
        else _(
            "Without the {count} that look hardest at fox ({heads}): “{majority}” by majority, “{weight}” by weight."
        )
    )
    said += " " + message.format(
        count=len(off),
        heads=listed(f"{head_name(*head)} {grid.pattern[(*head, VERB, SUBJECT)]:.2f}" for head in off[:3])
        + (" …" if len(off) > 3 else ""),
        majority=elected["after", "votes"],
        weight=elected["after", "weight"],
    )
    fox, dog = (after.loc[after["position"] == place, "weight"].iloc[0] for place in (SUBJECT, RIVAL))
    if grid.visible[VERB, RIVAL]:
        said += " " + (
            _("Between fox and dog the others still choose fox ({fox:.3f} against {dog:.3f}).")
            if fox > dog
            else _("Between fox and dog the others now choose dog ({dog:.3f} against {fox:.3f}).")
        ).format(fox=fox, dog=dog)
    return said


def _winner(table: pd.DataFrame, by: str) -> str:
    return str(table.loc[table[by].idxmax(), "word"])
