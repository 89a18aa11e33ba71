"""A head in full: the sentence about its largest weight, the picture, the numbers; and several side by side."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.attention.one_head import head_pattern, note_pattern
from mhattn_core.findings.attention.shown import Shown, largest_shown
from mhattn_core.findings.markdown import plain
from mhattn_core.heads import Head, ModelHead
from mhattn_core.locale import _
from mhattn_core.text.claims import NoteMatrix
from mhattn_core.text.prose import prose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.names import model_label
from mhattn_core.ui.page import draw, problems, wide_and_narrow
from mhattn_core.ui.show import say, take
from mhattn_core.ui.tables import show_table
from mhattn_core.ui.unknown import may_draw, unsegmented

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


def whole_head(seen: "AttentionResult", head: Head) -> Shown:
    """A head to be shown in full; on tokens where words are not known."""
    return Shown(seen, head, units="tokens" if unsegmented(seen) else "words")


def head_panel(one: Shown, place: int, *, beside: Sequence[Shown] = ()) -> None:
    """One head in full. place: names what is drawn. beside: heads on one scale of colours with it, or the noise of
    random weights would shine as bright as a trained head.
    """
    largest = largest_shown([one, *beside])
    finding = head_pattern(one.result, one.head, units=one.units, largest=largest)
    say(finding)
    drawn, numbers = st.tabs([_("Picture"), _("Table")])
    with drawn:
        picture(finding.table, f"head-{place}", f"{one.name}: {plain(finding.sentence)}", largest)
    with numbers:
        show_table(finding.table, of=finding.of, height=300)
    take(finding, f"head-{place}")
    if finding.reading:
        st.caption(finding.reading)


def note_panel(note: NoteMatrix) -> None:
    """The matrix that the note prints for this pair."""
    finding = note_pattern(note)
    title = _("The note's own matrix")
    st.markdown(f"**{title}**")
    st.markdown(finding.sentence)
    picture(finding.table, "note", title, None)
    st.caption(finding.reading)


def picture(table: pd.DataFrame, key: str, alt: str, largest: float | None, *, tallest: int = charts.TALLEST) -> None:
    """A pattern as a matrix; on narrow screens one of its rows at a time. alt: for screen readers; largest: where the
    colours end, by default at the largest weight; tallest: as for ``charts.matrix``.
    """
    wide, narrow = wide_and_narrow(key)
    with wide:
        draw(charts.matrix(table, largest=largest, tallest=tallest), key=f"matrix-{key}", alt_text=alt)
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
        st.caption(prose("cells_as_picture").format(cells=len(table), pointed=charts.CELLS_WITH_TOOLTIP))
    if longest > charts.LABELS_DRAWN:
        st.caption(_("There is room to name only some of the {words} words on the axes.").format(words=longest))


def live_heads(heads: Sequence[ModelHead], controls: Controls) -> None:
    """Side by side, on one scale of colours; one that cannot be drawn says why in its place."""
    columns = st.columns(len(heads), gap="medium")
    shown: dict[int, Shown] = {}
    for place, (head, column) in enumerate(zip(heads, columns, strict=True)):
        with column, problems(head.model):
            st.markdown(f"**{model_label(head.name)}** · `{head.stack}`")
            seen = attended_with_progress(head.model, controls)
            if may_draw(seen, head.stack, place):
                shown[place] = whole_head(seen, head.within)
    for place, one in shown.items():
        with columns[place]:
            head_panel(one, place, beside=list(shown.values()))
