"""The first view: the matrix of a summary and its segments, and the document beside it."""

import html
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.charts.segment_matrix import MOST_COLUMNS, PICKED_PART
from mhattn_core.findings.markdown import escape, plain
from mhattn_core.locale import _
from mhattn_core.measures.segments import lift, shares
from mhattn_core.ui.choices import choose
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.model_heads import CLICKS, clicks
from mhattn_core.ui.page import draw, wide_and_narrow
from mhattn_core.ui.summarisation.data import DocumentAttention, DocumentInput, cells, seams
from mhattn_core.ui.summarisation.elsewhere import HeldOutAgreement
from mhattn_core.ui.summarisation.heads import HeadSelection, choose_whose, told

KEY = "segments"
PART = "summary-part"
MOST_ROWS = 60
TALLEST_LIST = 620

Value = Literal["lift", "share"]


def picture(found: DocumentAttention, known: HeldOutAgreement | None) -> tuple[HeadSelection, pd.DataFrame]:
    """Draw it; whose attention was chosen, and its table with every single segment, for others to show."""
    given = found.given
    heads, parts, ways = st.columns([2, 2, 4], vertical_alignment="bottom")
    with heads:
        whose = choose_whose(found, known)
    with ways.container(horizontal=True, vertical_alignment="bottom"):
        by = choose(
            _("Rows"), {"words": _("Words"), "sentences": _("Sentences")}, key="rows_of", pills=True, persist=True
        )
        value: Value = choose(  # type: ignore[assignment]  # one of the two
            _("Colour"),
            {"lift": _("Lift over length"), "share": _("Share of attention")},
            key="shown",
            pills=True,
            persist=True,
            help_text=_(
                "Share: of the attention that goes to the document, what each segment gets. Lift: that share less the segment’s share of the document’s words; 0 is what a head that looks everywhere alike gives."
            ),
        )
    rows = _rows(given) if by == "words" and len(given.summary.words) > MOST_ROWS else None
    taken = found.taken(whose.layer, whose.head)
    table = cells(given, taken, by=by, rows=rows)
    with parts:
        part = _choose_part(table)
    finding = finding_of(table, whose)
    st.markdown(f"{finding} {told(found, whose, known)}")
    drawn, document = st.columns([3, 2], gap="medium")
    with document:
        listed(given, _of_part(found, taken, by, part, rows), table, part)
    rules = seams(found)

    def chart() -> alt.LayerChart:
        return charts.segment_matrix(table, value=value, seams=rules)

    with drawn:
        alt_text = f"{found.model}: {plain(finding)}"
        wide, narrow = wide_and_narrow(KEY)
        with wide:
            matrix = charts.segment_matrix(table, value=value, seams=rules, chosen=part, clicks=clicks())
            draw(matrix, key=KEY, on_select=_part_clicked, selection_mode=PICKED_PART, alt_text=alt_text)
            st.caption(_colours_told(value))
        with narrow:
            _bars(table, part, alt_text)
        _captions(found)
        export_panel(
            chart, table, key=KEY, name=f"{found.model} {whose.name} {given.id or 'document'}", note=found.source
        )
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


def _part_clicked() -> None:
    found = st.session_state[KEY].selection.get(PICKED_PART, [])
    st.session_state[CLICKS] = clicks() + 1
    if found:
        st.session_state[st.session_state[PART]] = int(found[0]["row"])


def finding_of(table: pd.DataFrame, whose: HeadSelection) -> str:
    """The sentence about the most lifted cell, in Markdown."""
    known = table.dropna(subset="lift")
    if known.empty:
        return _("Nothing of the attention of {whose} goes to the document.").format(whose=whose.says)
    top = known.loc[known["lift"].idxmax()]
    return _(
        "In {whose}, *{part}* takes **{share:.0%}** of its attention to the document from segment **{segment}**, which has {length:.0%} of the words."
    ).format(
        whose=whose.says,
        part=escape(str(top["part"])),
        share=top["share"],
        segment=top["segment"],
        length=top["length"],
    )


def _colours_told(value: Value) -> str:
    ends = _("The ends of the colours hang on the number of segments alone, so pictures can be compared.")
    return (_("Orange: more than its length would give it; purple: less.") + " " if value == "lift" else "") + ends


def _captions(found: DocumentAttention) -> None:
    st.caption(
        _(
            "◆ marks the segment that the sentence is likest by ROUGE-L: the same words in the same order; of equals, the first."
        )
    )
    if len(found.weights.words) > MOST_COLUMNS:
        st.caption(
            _(
                "{segments} segments are drawn in groups of neighbours, whose shares and lifts add up; the table has each."
            ).format(segments=f"{len(found.weights.words):,}")
        )
    if len(found.weights.windows) > 1:
        st.caption(windows_told(found))
    if found.weights.prefix.strip():
        st.caption(
            _(
                "Before each window {name} read “{prefix}”, as its own configuration says of summaries; what goes to these tokens is counted with the special tokens, to no segment."
            ).format(name=escape(found.model), prefix=escape(found.weights.prefix.strip()))
        )


def windows_told(found: DocumentAttention) -> str:
    """Which segments were read together."""
    read = []
    for window in found.weights.windows:
        first, last = window[0].segment + 1, window[-1].segment + 1
        read.append(str(first) if first == last else f"{first}–{last}")
    shown = ", ".join(read[:12]) + (" …" if len(read) > 12 else "")
    return _(
        "Too long for one pass, so the model read {windows} windows, each with the whole summary: segments {read}. Dashed lines are the seams: on one side of them the model knew nothing of the other, and each window counts by its words. A head that looks at the beginning looks at the beginning of each window, so what is strong right behind every seam says little of its words."
    ).format(windows=len(read), read=shown)


def _bars(table: pd.DataFrame, part: int, alt_text: str) -> None:
    """One row of the matrix, for narrow screens."""
    own = table[table["row"] == part]
    series = [(_("share of attention"), "share"), (_("share of the words"), "length")]
    bars = pd.concat(
        [
            pd.DataFrame(
                {
                    "word": [
                        f"{name} ◆" if likest else name
                        for name, likest in zip(own["segment"], own["likest"], strict=True)
                    ],
                    "position": own["column"].to_numpy(),
                    "special": False,
                    "series": label,
                    "value": own[column].fillna(0).to_numpy(),
                }
            )
            for label, column in series
        ]
    )
    draw(charts.word_bars(bars, title=_("share, 0 to 1")), key=f"{KEY}-narrow", alt_text=alt_text)


def _of_part(found: DocumentAttention, taken: np.ndarray, by: str, part: int, rows: list[int] | None) -> np.ndarray:
    """What the chosen part takes of every single segment: weights ``[segment]``."""
    if by == "sentences":
        return np.asarray(taken[np.array(found.given.sentence_of) == part].mean(axis=0))
    return np.asarray(taken[rows[part] if rows else part])


def listed(given: DocumentInput, weights: np.ndarray | None, table: pd.DataFrame | None = None, part: int = 0) -> None:
    """The document, segment by segment, with what the chosen part takes of each. weights ``[segment]``; None where no
    model read it.
    """
    length = np.array(given.document.words)
    took = None if weights is None else shares(weights)
    lifted = None if weights is None else lift(weights, length)
    likest = set(given.likest.tolist())
    if table is not None and len(length) <= MOST_COLUMNS:
        own = table[table["row"] == part]
        likest = set(own.loc[own["likest"], "column"].tolist())
    blocks = []
    for number, (text, words) in enumerate(zip(given.document.segments, length, strict=True)):
        head = f"<b>{number + 1}{' ◆' if number in likest else ''}</b> · " + _("{words} words").format(words=words)
        if took is not None and lifted is not None and np.isfinite(took[number]):
            head += " · " + _("{share:.1%} of the attention, lift {lift:+.2f}").format(
                share=took[number], lift=lifted[number]
            )
            width = 100 * float(took[number])
            head += f'<div style="height:5px;width:{width:.1f}%;background:#0072B2;border-radius:2px"></div>'
        blocks.append(
            f'<div style="margin-bottom:.8rem"><div style="font-size:.8rem;opacity:.85">{head}</div>{html.escape(text)}</div>'
        )
    with st.container(height=TALLEST_LIST if sum(length) > 350 else "content", border=True):
        st.html("".join(blocks))


def summary_told(given: DocumentInput) -> None:
    """The summary, and who wrote it."""
    if not given.summary:
        return
    if given.written_by:
        st.markdown(
            _("Summary, written by {name} itself: *{text}*").format(
                name=escape(given.written_by), text=escape(given.summary.text)
            )
        )
        if given.had_read < len(given.document.segments):
            st.caption(
                _(
                    "It wrote after segments 1 to {read} of {segments}: that is what fits into one window. Its summary knows nothing of the rest."
                ).format(read=given.had_read, segments=len(given.document.segments))
            )
        if given.cut_off:
            st.caption(
                _("It was still writing when it reached its greatest length: the last sentence may be unfinished.")
            )
    else:
        st.markdown(_("Summary: *{text}*").format(text=escape(given.summary.text)))
