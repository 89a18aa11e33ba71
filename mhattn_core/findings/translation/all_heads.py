"""All heads of a model as word aligners: on one pair, and over many pairs with gold."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.arrays.alignment_weights import AlignmentWeights
from mhattn_core.findings.of_pair import code_of, source_of
from mhattn_core.findings.translation.reference import IMPORTS, ReferenceLinks
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.alignment.measures import links
from mhattn_core.measures.alignment.tables import pair_table
from mhattn_core.measures.quantities import quantity

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


def aligner_grid(result: "AttentionResult", aligned: AlignmentWeights, reference: ReferenceLinks) -> Finding:
    """A cell a head: how well its links agree with the reference on this pair, the best heads first in the table."""
    scored = pair_table(result.model.name, aligned, reference.links)
    is_error = reference.measure == "aer"
    rows = scored[scored["measure"] == reference.measure].sort_values("value", ascending=is_error, kind="stable")
    return Finding(
        "aligners",
        _("All heads by alignment error on this pair") if is_error else _("All heads by F1 against reference links"),
        rows,
        partial(
            charts.head_grid,
            rows.sort_values(["layer", "head"]),
            measure=reference.measure,
            title=quantity(reference.measure).axis,
            domain=(0, 1),
            reverse=is_error,
        ),
        reference.about,
        1,
        source_of(result),
        code_of(
            result,
            f"aligner_grid(seen, alignment_weights(seen, {aligned.rows!r}, {aligned.weight!r}), {reference.code}).table",
            "from mhattn_core.attention.alignment_weights import alignment_weights",
            "from mhattn_core.findings.translation.all_heads import aligner_grid",
            *IMPORTS,
        ),
    )


def best_aligner(aligned: AlignmentWeights, reference: ReferenceLinks | None) -> tuple[int, int]:
    """The head with the best score; among equals, and without links to compare with, the one that is surest of its
    links.
    """
    sure = np.where(links(aligned), np.nan_to_num(aligned.weights), 0).sum(axis=(-2, -1))
    score = np.zeros_like(sure)
    if reference is not None:
        table = pair_table("", aligned, reference.links)
        values = table.loc[table["measure"] == reference.measure, "value"].to_numpy().reshape(sure.shape)
        score = -np.nan_to_num(values, nan=np.inf) if reference.measure == "aer" else np.nan_to_num(values)
    first = int(np.lexsort((-sure.ravel(), -score.ravel()))[0])
    return divmod(first, sure.shape[1])


def held_out_aligner(name: str, table: pd.DataFrame, rows: str = "", weight: str = "", *, code: str = "") -> Finding:
    """The best head over many pairs, chosen on one half and reported on the other; drawn are all heads.

    table: as ``report`` gives it for one model. rows, weight: of the heads that are drawn, by default the best one's.
    code: Python that gives the table.
    """
    best = table[table["choice"] == "head"].iloc[0]
    heads = heads_of_table(table)
    usual = rows or str(best["rows"]), weight or str(best["weight"])
    drawn = heads[(heads["rows"] == usual[0]) & (heads["weight"] == usual[1])].assign(
        measure="aer", value=lambda of_heads: of_heads["aer"]
    )
    return Finding(
        f"{name} alignment error",
        _held_out_sentence(best),
        table,
        partial(
            charts.head_grid,
            drawn,
            measure="aer",
            title=quantity("aer").axis,
            domain=(float(drawn["value"].min()), 1.0),
            reverse=True,
        ),
        quantity("aer").explanation,
        int(best["n"]),
        name,
        code,
        of="align",
    )


def heads_of_table(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of single heads, without means of layers, baselines and held-out choices."""
    return table[(table["choice"] == "") & (table["stack"] != "") & (table["head"] >= 0)]


def _held_out_sentence(best: pd.Series) -> str:
    if pd.isna(best["aer"]):
        return _("These are too few pairs to choose a head on one half and report it on the other.")
    said = _(
        "Best head, chosen on one half of the pairs and reported on the other: **{name}** ({rows}, {weight}), "
        "alignment error **{aer:.0%}** [{low:.0%}, {high:.0%}]; word order alone makes {diagonal:.0%}."
    ).format(
        name=head_name(int(best["layer"]), int(best["head"])),
        rows=best["rows"],
        weight=best["weight"],
        aer=best["aer"],
        low=best["low"],
        high=best["high"],
        diagonal=best["diagonal"],
    )
    if best["gain_low"] > 0:
        return said + " " + _("It is better than word order alone.")
    if best["gain_high"] < 0:
        return said + " " + _("It is worse than word order alone: no evidence that this head aligns.")
    return said + " " + _("The difference may be chance: no evidence that this head aligns.")
