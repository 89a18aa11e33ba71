"""The first view: the matrix of a summary and its segments, and the document beside it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core.charts.segment_matrix import PICKED_PART
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.summarisation.document import DocumentAttention, DocumentInput, cells
from mhattn_core.findings.summarisation.document_html import segments_html
from mhattn_core.findings.summarisation.held_out import HeldOutAgreement
from mhattn_core.findings.summarisation.note import note_segments
from mhattn_core.findings.summarisation.segments_of_part import Value, segment_matrix
from mhattn_core.findings.summarisation.selection import HeadSelection, selections
from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose, choose_or_leave
from mhattn_core.ui.names import model_label
from mhattn_core.ui.show import say, show

KEY, HEAD = "segments", "summary_head"
PART = "summary-part"
MOST_ROWS = 60
TALLEST_LIST = 620
LONG = 350
"""Words of a document that has a bar of its own to scroll with."""


def picture(found: DocumentAttention, known: HeldOutAgreement | None) -> tuple[HeadSelection, pd.DataFrame]:
    """Draw it; whose attention was chosen, and its table with every single segment, for others to show."""
    given = found.given
    with st.container(horizontal=True, vertical_alignment="bottom"):
        whose = _choose_whose(found, known)
        parts = st.container()
        by = choose(
            _("Rows"), {"words": _("Words"), "sentences": _("Sentences")}, key="rows_of", pills=True, persist=True
        )
        value: Value = choose(  # type: ignore[assignment]  # one of the two
            _("Colour"),
            {"lift": _("Lift over length"), "share": _("Share of attention")},
            key="shown",
            pills=True,
            persist=True,
            help_text=prose("share_and_lift"),
        )
    rows = _rows(given) if by == "words" and len(given.summary.words) > MOST_ROWS else None
    finding = segment_matrix(found, whose, known, by=by, rows=rows, value=value)
    with parts:
        part = _choose_part(finding.table)
    say(finding)
    drawn, document = st.columns([3, 2], gap="medium")
    taken = found.taken(whose.layer, whose.head)
    with document:
        summary_told(given)
        document_told(given, found.taken_by(part, taken, by, rows), finding.table, part)
    with drawn:
        show(finding, key=KEY, on_pick=_part_clicked, picks=(PICKED_PART,), sentence=False, chosen=part)
    return whose, cells(given, taken, by=by, rows=rows, most=len(given.document.segments))


def _choose_whose(found: DocumentAttention, known: HeldOutAgreement | None) -> HeadSelection:
    """The reader's choice, or the best head; without any measure of other documents, the mean of all heads."""
    by_name = {whose.name: whose for whose in selections(*found.weights.weights.shape[:2])}
    usual = HeadSelection(*known.best, best=True) if known else HeadSelection()
    label = _("The best elsewhere: {name}").format(name=usual.name) if known else _("The mean of all heads")
    names = _("mean: the mean of all heads; L3: the mean of a layer; L3 H7: one head, as a click on the heads below.")
    chosen = choose_or_leave(_("Head"), list(by_name), label, key=HEAD, help_text=names)
    return usual if chosen is None else by_name[chosen]


def _rows(given: DocumentInput) -> list[int]:
    """The words of one sentence, where there are too many words to draw."""
    says = _("Words of which sentence?")
    shown = [sentence[:80] for sentence in given.sentences]
    number = st.selectbox(says, range(len(shown)), format_func=shown.__getitem__, key="summary-sentence")
    return [place for place, sentence in enumerate(given.sentence_of) if sentence == number]


def _choose_part(table: pd.DataFrame) -> int:
    """The row that the document beside the chart is read for: the most lifted one, until one is chosen or clicked."""
    parts = table.drop_duplicates("row").sort_values("row")["part"].tolist()
    lifts = table["lift"].to_numpy()
    first = int(table["row"].iloc[int(np.nanargmax(lifts))]) if np.isfinite(lifts).any() else 0
    # Another summary, or sentences instead of words: what was chosen means nothing there.
    st.session_state[PART] = key = f"{PART}-{hash(tuple(parts))}"
    st.session_state.setdefault(key, first)
    names = [f"{part} ({number})" for number, part in enumerate(parts, 1)]
    says, click = _("Part of the summary"), _("The same as a click on a row of the chart.")
    return int(st.selectbox(says, range(len(names)), format_func=names.__getitem__, key=key, help=click))


def _part_clicked(mark: Mapping[str, Any]) -> None:
    st.session_state[st.session_state[PART]] = int(mark["row"])


def document_told(
    given: DocumentInput, weights: np.ndarray | None, table: pd.DataFrame | None = None, part: int = 0
) -> None:
    """The document, segment by segment; as ``segments_html``."""
    long = sum(given.document.words) > LONG
    with st.container(height=TALLEST_LIST if long else "content", border=True):
        st.html(segments_html(given, weights, table, part))


def note_matrix() -> None:
    """What the note claims, as sentence and picture; no model was measured, so it rests on no pair."""
    finding, title = note_segments(), _("The note's own matrix")
    st.markdown(f"**{title}**")
    st.markdown(finding.sentence)
    show(finding, key="note-segments", sentence=False)


def summary_told(given: DocumentInput) -> None:
    """The summary, and who wrote it."""
    if not given.summary:
        return
    if given.written_by:
        st.markdown(
            _("Summary, written by {name} itself: *{text}*").format(
                name=model_label(given.written_by), text=escape(given.summary.text)
            )
        )
        if given.had_read < len(given.document.segments):
            st.caption(prose("one_window").format(read=given.had_read, segments=len(given.document.segments)))
        if given.cut_off:
            st.caption(
                _("It was still writing when it reached its greatest length: the last sentence may be unfinished.")
            )
    else:
        st.markdown(_("Summary: *{text}*").format(text=escape(given.summary.text)))
