"""One head as a word aligner: its links as a sentence, a matrix, lines, and a table."""

import streamlit as st

from mhattn_core.arrays.alignment_weights import AlignmentWeights
from mhattn_core.attention.attend import AttentionResult
from mhattn_core.findings.markdown import plain
from mhattn_core.findings.translation.one_head import link_lines, link_matrix
from mhattn_core.findings.translation.reference import ReferenceLinks
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.ui.head_panel import picture
from mhattn_core.ui.show import column_titles, say, show, take


def one_aligner(
    seen: AttentionResult,
    aligned: AlignmentWeights,
    reference: ReferenceLinks | None,
    chosen: tuple[int, int],
    place: int,
) -> None:
    """The head's finding, then its matrix, its links as lines, and both as a table."""
    matrix, lines = (make(seen, aligned, *chosen, reference) for make in (link_matrix, link_lines))
    say(matrix)
    drawn, tied, numbers = st.tabs([_("Matrix"), _("Lines"), _("Table")])
    with drawn:
        alt = f"{head_name(*chosen, model=seen.model.name)}: {plain(matrix.sentence)}"
        picture(matrix.table, f"align-{place}", alt, None)
        st.caption(matrix.reading)
        take(matrix, f"align-{place}")
    with tied:
        show(lines, key=f"lines-{place}", sentence=False)
    with numbers:
        st.dataframe(lines.table, hide_index=True, height=300, column_config=column_titles(lines))
