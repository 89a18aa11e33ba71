"""One head as a word aligner on one pair: its links in a sentence, as a matrix, and as lines."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.arrays.alignment_weights import AlignmentWeights
from mhattn_core.attention.tables import matrix_table
from mhattn_core.findings.of_pair import code_of, source_of
from mhattn_core.findings.translation.reference import IMPORTS, ReferenceLinks
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.alignment.measures import alignment_error_rate, diagonal_links, error_sums, f1, links

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

SUPERVISED = {"opus-mt-en-fr", "opus-mt-fr-en", "opus-mt-en-de", "opus-mt-de-en"}
"""Models of which one head was trained to align."""


def link_matrix(
    result: "AttentionResult",
    aligned: AlignmentWeights,
    layer: int,
    head: int,
    reference: ReferenceLinks | None = None,
) -> Finding:
    """What a head gives each pair of words, target words down and source words across."""
    table = matrix_table(
        aligned.weights[layer, head],
        aligned.targets,
        aligned.sources,
        query_unknown=_unknown(result, aligned, "b"),
        key_unknown=_unknown(result, aligned, "a"),
    )
    return Finding(
        f"{result.model.name} {head_name(layer, head)} {aligned.rows}",
        sentence_of(aligned, layer, head, reference),
        table,
        partial(charts.matrix, table),
        _reading(result, aligned, layer, head),
        1,
        source_of(result),
        _code(result, aligned, "link_matrix", layer, head),
    )


def link_lines(
    result: "AttentionResult",
    aligned: AlignmentWeights,
    layer: int,
    head: int,
    reference: ReferenceLinks | None = None,
) -> Finding:
    """A row for each pair of words, and whether the head links them as gold does: see ``charts.lines``."""
    tied = links(aligned)[layer, head]
    target, source = (axis.ravel() for axis in np.indices(tied.shape))
    chosen = tied.ravel()
    kind = np.where(chosen, "link", "none")
    if reference is not None and reference.measure == "aer":
        sure, possible = (gold.ravel() for gold in reference.links)
        kind = np.select([chosen & possible, chosen, sure], ["right", "wrong", "missed"], "none")
    table = pd.DataFrame(
        {
            "target": np.array(aligned.targets, dtype=object)[target],
            "target_position": target,
            "source": np.array(aligned.sources, dtype=object)[source],
            "source_position": source,
            "weight": np.nan_to_num(aligned.weights[layer, head]).ravel().astype(float),
            "kind": kind,
        }
    )
    return replace(
        link_matrix(result, aligned, layer, head, reference),
        table=table,
        draw=partial(charts.lines, table),
        reading=_(
            "Each dark line is a link, each faint one a smaller weight. Against gold, colour and dash say which links "
            "are right and which are missed."
        ),
        code=_code(result, aligned, "link_lines", layer, head, reference),
    )


def sentence_of(aligned: AlignmentWeights, layer: int, head: int, reference: ReferenceLinks | None) -> str:
    """What a head's links are worth, in Markdown, beside what word order alone reaches."""
    tied, name = links(aligned)[layer, head], head_name(layer, head)
    if reference is None:
        return _("Head {name} ties {links} pairs of words; nothing is here to compare them with.").format(
            name=name, links=int(tied.sum())
        )
    sums, baseline = (error_sums(one, *reference.links) for one in (tied, diagonal_links(*tied.shape)))
    if reference.measure == "f1":
        return _(
            "Head {name}: F1 **{agreement:.2f}** against reference links, 0 to 1. Word order alone reaches "
            "{diagonal:.2f}."
        ).format(name=name, agreement=float(f1(sums)), diagonal=float(f1(baseline)))
    error, by_order = float(alignment_error_rate(sums)), float(alignment_error_rate(baseline))
    said = _(
        "Head {name} finds {found} of {sure} sure gold links; its alignment error is **{error:.2f}**. Word order alone "
        "gives {diagonal:.2f}."
    ).format(name=name, found=int(sums[0]), sure=int(sums[3]), error=error, diagonal=by_order)
    return said if by_order > error else f"{said} " + _("So on this pair it does no better than position.")


def _reading(result: "AttentionResult", aligned: AlignmentWeights, layer: int, head: int) -> str:
    reading = (
        _(
            "Rows are words of the translation, columns words of the source. A link goes to the largest weight of a "
            "row; where the end of the source gets more, the word stays free."
        )
        if aligned.stack == "cross"
        else _(
            "Rows are words of the second sentence, columns words of the first. A link goes to the largest weight; "
            "special tokens are passed over."
        )
    )
    if result.model.name in SUPERVISED and (layer, head) == (aligned.weights.shape[0] - 1, 0):
        reading += " " + _(
            "This head was taught to align while the model was trained: it is a positive control, not a discovery."
        )
    return reading


def _unknown(result: "AttentionResult", aligned: AlignmentWeights, side: str) -> np.ndarray:
    """Of each word of a sentence, the share that the tokenizer does not know."""
    grid = result.words(aligned.stack)
    axis = grid.query_axis if side == "b" else grid.key_axis
    return axis.unknown[[known == side for known in axis.sides]]


def _code(
    result: "AttentionResult",
    aligned: AlignmentWeights,
    name: str,
    layer: int,
    head: int,
    reference: ReferenceLinks | None = None,
) -> str:
    of_weights = f"alignment_weights(seen, {aligned.rows!r}, {aligned.weight!r})"
    compared = f", {reference.code}" if reference else ""
    return code_of(
        result,
        f"{name}(seen, {of_weights}, {layer}, {head}{compared}).table",
        "from mhattn_core.attention.alignment_weights import alignment_weights",
        f"from mhattn_core.findings.translation.one_head import {name}",
        *(IMPORTS if reference else ()),
    )
