"""One head as a word aligner: its links as a sentence, a matrix, lines, and a table."""

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.arrays.alignment_weights import AlignmentWeights
from mhattn_core.attention import AttentionResult
from mhattn_core.attention.tables import matrix_table
from mhattn_core.findings.markdown import plain
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.alignment.measures import alignment_error_rate, diagonal_links, error_sums, f1, links
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_panel import picture
from mhattn_core.ui.page import badge, draw
from mhattn_core.ui.translation.yardstick import Reference

TAUGHT = {"opus-mt-en-fr", "opus-mt-fr-en", "opus-mt-en-de", "opus-mt-de-en"}


def aligned_head(
    seen: AttentionResult, aligned: AlignmentWeights, yard: Reference | None, chosen: tuple[int, int], place: int
) -> None:
    """The head's finding, then its matrix, its links as lines, and both as a table."""
    tied = links(aligned)[chosen]
    finding = finding_of(tied, yard, chosen)
    st.markdown(finding)
    badge()
    matrix = matrix_table(
        aligned.weights[chosen],
        aligned.targets,
        aligned.sources,
        query_unknown=_unknown(seen, aligned, "query"),
        key_unknown=_unknown(seen, aligned, "key"),
    )
    alt = f"{head_name(*chosen, model=seen.model.name)}: {plain(finding)}"
    drawn, ties, numbers = st.tabs([_("Matrix"), _("Lines"), _("Table")])
    tie_table = _lines_table(aligned, tied, yard, chosen)
    about = {
        "name": f"{seen.model.name}-{head_name(*chosen)}-{aligned.rows}",
        "note": f"{seen.model.name}@{seen.model.revision}",
    }
    with drawn:
        picture(matrix, f"align-{place}", alt, None)
        export_panel(lambda: charts.matrix(matrix), matrix, key=f"align-{place}", **about)
    with ties:
        draw(charts.lines(tie_table), key=f"lines-{place}", alt_text=alt)
        export_panel(lambda: charts.lines(tie_table), tie_table, key=f"lines-{place}", **about)
    with numbers:
        st.dataframe(tie_table, hide_index=True, height=300)
    st.caption(
        _(
            "Rows are words of the translation, columns words of the source. A link goes to the largest weight of a row; where the end of the source gets more, the word stays free."
        )
        if aligned.stack == "cross"
        else _(
            "Rows are words of the second sentence, columns words of the first. A link goes to the largest weight; special tokens are passed over."
        )
    )
    if seen.model.name in TAUGHT and chosen == (aligned.weights.shape[0] - 1, 0):
        st.caption(
            _("This head was taught to align while the model was trained: it is a positive control, not a discovery.")
        )


def _unknown(seen: AttentionResult, aligned: AlignmentWeights, axis: str) -> np.ndarray:
    grid = seen.words(aligned.stack)
    side = {"query": "b", "key": "a"}[axis]
    axes = {"query": grid.query_axis, "key": grid.key_axis}
    words = axes[axis]
    return words.unknown[[known == side for known in words.sides]]


def finding_of(tied: np.ndarray, yard: Reference | None, chosen: tuple[int, int]) -> str:
    """The sentence about one head's links, in Markdown."""
    name = head_name(*chosen)
    if yard is None:
        return _("Head {name} ties {links} pairs of words; nothing is here to compare them with.").format(
            name=name, links=int(tied.sum())
        )
    diagonal = diagonal_links(*tied.shape)
    sums, baseline = error_sums(tied, *yard.links), error_sums(diagonal, *yard.links)
    if yard.measure == "aer":
        error, by_order = float(alignment_error_rate(sums)), float(alignment_error_rate(baseline))
        said = _(
            "Head {name} finds {found} of {sure} sure gold links; its alignment error is **{error:.2f}**. Word order alone makes {diagonal:.2f}."
        ).format(name=name, found=int(sums[0]), sure=int(sums[3]), error=error, diagonal=by_order)
        if by_order <= error:
            said += " " + _("So on this pair it does no better than position.")
        return said
    return _(
        "Head {name} agrees with the yardstick by **{agreement:.2f}** (F1, 0 to 1). Word order alone agrees by {diagonal:.2f}."
    ).format(name=name, agreement=float(f1(sums)), diagonal=float(f1(baseline)))


def _lines_table(
    aligned: AlignmentWeights, tied: np.ndarray, yard: Reference | None, chosen: tuple[int, int]
) -> pd.DataFrame:
    target, source = (axis.ravel() for axis in np.indices(tied.shape))
    found = tied.ravel()
    kind = np.where(found, "link", "none")
    if yard is not None and yard.measure == "aer":
        sure, possible = (links.ravel() for links in yard.links)
        kind = np.select([found & possible, found, sure], ["right", "wrong", "missed"], "none")
    return pd.DataFrame(
        {
            "target": np.array(aligned.targets, dtype=object)[target],
            "target_position": target,
            "source": np.array(aligned.sources, dtype=object)[source],
            "source_position": source,
            "weight": np.nan_to_num(aligned.weights[chosen]).ravel().astype(float),
            "kind": kind,
        }
    )
