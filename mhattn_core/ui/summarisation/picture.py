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
from mhattn_core.findings.summarisation.segments_of_part import Value, segment_matrix
from mhattn_core.findings.summarisation.selection import HeadSelection
from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose
from mhattn_core.ui.names import model_label
from mhattn_core.ui.show import say, show
from mhattn_core.ui.summarisation.heads import choose_whose

KEY = "segments"
PART = "summary-part"
MOST_ROWS = 60
TALLEST_LIST = 620
LONG = 350
"""Words of a document that has a bar of its own to scroll with."""


def picture(found: DocumentAttention, known: HeldOutAgreement | None) -> tuple[HeadSelection, pd.DataFrame]:
    """Draw it; whose attention was chosen, and its table with every single segment, for others to show."""
    given = found.given
    with st.container(horizontal=True, vertical_alignment="bottom"):
        whose = choose_whose(found, known)
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
        listed(given, found.taken_by(part, taken, by, rows), finding.table, part)
    with drawn:
        show(finding, key=KEY, on_pick=_part_clicked, picks=(PICKED_PART,), sentence=False, chosen=part)
    return whose, cells(given, taken, by=by, rows=rows, most=len(given.document.segments))


def _rows(given: DocumentInput) -> list[int]:
    """The words of one sentence, where there are too many words to draw."""
    number = st.selectbox(
        _("Words of which sentence?"),
        range(len(given.sentences)),
        format_func=lambda place: given.sentences[place][:80],
        key="summary-sentence",
    )
    return [place for place, sentence in enumerate(given.sentence_of) if sentence == number]


def _choose_part(table: pd.DataFrame) -> int:
    """The row that the document beside the chart is read for: the most lifted one, until one is chosen or clicked."""
    parts = table.drop_duplicates("row").sort_values("row")["part"].tolist()
    lifts = table["lift"].to_numpy()
    first = int(table["row"].iloc[int(np.nanargmax(lifts))]) if np.isfinite(lifts).any() else 0
    # Another summary, or sentences instead of words: what was chosen means nothing there.
    key = f"{PART}-{hash(tuple(parts))}"
    st.session_state[PART] = key
    if key not in st.session_state:
        st.session_state[key] = first
    return int(
        st.selectbox(
            _("Part of the summary"),
            range(len(parts)),
            format_func=lambda place: f"{parts[place]} ({place + 1})",
            key=key,
            help=_("The same as a click on a row of the chart."),
        )
    )


def _part_clicked(mark: Mapping[str, Any]) -> None:
    st.session_state[st.session_state[PART]] = int(mark["row"])


def listed(given: DocumentInput, weights: np.ndarray | None, table: pd.DataFrame | None = None, part: int = 0) -> None:
    """The document, segment by segment; as ``segments_html``."""
    long = sum(given.document.words) > LONG
    with st.container(height=TALLEST_LIST if long else "content", border=True):
        st.html(segments_html(given, weights, table, part))


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
