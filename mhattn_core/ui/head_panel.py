"""A head in full: the sentence about its largest weight, the picture, the numbers."""

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.attention import AttentionResult
from mhattn_core.attention.tables import Units, matrix_table, pattern_table
from mhattn_core.findings.markdown import escape, plain
from mhattn_core.heads import Head, head_name
from mhattn_core.locale import _
from mhattn_core.text.claims import NoteMatrix
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.page import badge, draw, wide_and_narrow
from mhattn_core.ui.unknown import unsegmented


def head_panel(
    seen: AttentionResult, head: Head, place: int, *, units: Units, same_scale: bool, reason: str = ""
) -> None:
    """One head of the model at ``place``; on tokens where words are not known. reason: why it is shown if nobody chose it."""
    table = pattern_table(seen, head.stack, head.layer, head.head, units="tokens" if unsegmented(seen) else units)
    finding = largest_weight(table)
    st.markdown(finding)
    badge()
    drawn, numbers = st.tabs([_("Picture"), _("Table")])
    with drawn:
        picture(
            table,
            f"head-{place}",
            f"{head_name(*head.cell, model=seen.model.name)}: {plain(finding)}",
            1.0 if same_scale else None,
        )
    with numbers:
        st.dataframe(table, hide_index=True, height=300)
    model = seen.model
    export_panel(
        lambda: charts.matrix(table, largest=1.0 if same_scale else None),
        table,
        key=f"head-{place}",
        name=f"{model.name} {head.full_name}",
        note=f"{model.name}@{model.revision} · {head.full_name}",
    )
    if reason:
        st.caption(reason)
    if head.stack == "cross":
        st.caption(_("Rows are words of the second sentence as the decoder reads them, columns words of the first."))


def note_panel(note: NoteMatrix) -> None:
    """The matrix that the note prints for this pair."""
    st.subheader(_("The note's own matrix"), anchor=False)
    table = matrix_table(note.weights, note.queries, note.keys)
    st.markdown(largest_weight(table))
    picture(table, "note", _("The note's own matrix"), None)
    st.caption(
        _("Invented to explain the idea (section {number} of the note); no model was measured.").format(
            number=note.section
        )
    )


def largest_weight(table: pd.DataFrame) -> str:
    """The sentence above a matrix, in Markdown: who puts how much on whom."""
    cells = table[table["kind"] == "weight"].dropna(subset="weight")
    if cells.empty:
        return _("No word of this sentence is seen.")
    top = cells.loc[cells["weight"].idxmax()]
    return _("*{query}* puts {weight:.2f} of its attention on *{key}*.").format(
        query=escape(str(top["query"])), key=escape(str(top["key"])), weight=top["weight"]
    )


def picture(table: pd.DataFrame, key: str, alt: str, largest: float | None) -> None:
    wide, narrow = wide_and_narrow(key)
    with wide:
        draw(charts.matrix(table, largest=largest), key=f"matrix-{key}", alt_text=alt)
        _notices(table)
    with narrow:
        rows = table.drop_duplicates("query_position").set_index("query_position")["query"]
        top = int(table.loc[table["weight"].where(table["kind"] == "weight").idxmax(), "query_position"])
        chosen = f"row-of-{key}"
        if st.session_state.get(f"{chosen}-labels", dict(rows)) != dict(rows):
            st.session_state.pop(chosen, None)  # a place in another sentence
        st.session_state[f"{chosen}-labels"] = dict(rows)
        query = st.selectbox(
            _("From which word?"),
            list(rows.index),
            index=top,
            format_func=lambda position: f"{rows[position]} ({position})",
            key=chosen,
        )
        draw(charts.row(table, query), key=f"row-{key}", alt_text=alt)


def _notices(table: pd.DataFrame) -> None:
    longest = max(table["query_position"].max(), table["key_position"].max()) + 1
    if len(table) > charts.CELLS_DRAWN:
        st.caption(
            _(
                "{cells:,} cells are drawn as one picture; the strongest {pointed:,} answer to the pointer, the table has all."
            ).format(cells=len(table), pointed=charts.CELLS_WITH_TOOLTIP)
        )
    if longest > charts.LABELS_DRAWN:
        st.caption(_("There is room to name only some of the {words} words on the axes.").format(words=longest))
