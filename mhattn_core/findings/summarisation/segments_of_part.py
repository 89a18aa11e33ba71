"""What each part of a summary takes from each segment of its document, in one head or a mean of heads."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import altair as alt
import pandas as pd

from mhattn_core import charts
from mhattn_core.charts.segment_matrix import MOST_COLUMNS
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.summarisation.code import python_lines
from mhattn_core.findings.summarisation.document import DocumentAttention, cells, seams
from mhattn_core.findings.summarisation.held_out import HeldOutAgreement
from mhattn_core.findings.summarisation.selection import HeadSelection, agreement_of, without_a_head
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _, listed
from mhattn_core.models.precision import precision_of

Value = Literal["lift", "share"]


def segment_matrix(
    found: DocumentAttention,
    whose: HeadSelection,
    known: HeldOutAgreement | None,
    *,
    by: str = "sentences",
    rows: Sequence[int] | None = None,
    value: Value = "lift",
) -> Finding:
    """A cell a part of the summary and segment. by, rows: as ``cells``; value: what the colour is."""
    table = cells(found.given, found.taken(whose.layer, whose.head), by=by, rows=rows)
    return Finding(
        f"{found.model} {whose.name} {found.given.id or 'document'}",
        f"{most_lifted(table, whose)} {agreement_of(found, whose, known)}",
        table,
        partial(charts.segment_matrix, table, value=value, seams=seams(found)),
        " ".join([*_reading(found, value), *([without_a_head(known)] if known and whose.framed else [])]),
        1,
        found.source,
        python_lines(found.given, found.model, precision_of(found.revision)),
        draw_narrow=partial(_bars, table),
    )


def most_lifted(table: pd.DataFrame, whose: HeadSelection) -> str:
    """The sentence about the most lifted cell, in Markdown."""
    known = table.dropna(subset="lift")
    if known.empty:
        return _("Nothing of the attention of {whose} goes to the document.").format(whose=whose.says)
    top = known.loc[known["lift"].idxmax()]
    return _(
        "In {whose}, *{part}* takes **{share:.0%}** of its attention to the document from segment **{segment}**, which "
        "has {length:.0%} of the words."
    ).format(
        whose=whose.says,
        part=escape(str(top["part"])),
        share=top["share"],
        segment=top["segment"],
        length=top["length"],
    )


def _reading(found: DocumentAttention, value: Value) -> list[str]:
    said = [_("Orange: more than its length would give it; purple: less.")] if value == "lift" else []
    said += [
        _("The colour scale depends only on the number of segments, so charts can be compared."),
        _(
            "◆ marks the segment most similar to the sentence by ROUGE-L: the same words in the same order; of equals, "
            "the first."
        ),
    ]
    if len(found.weights.words) > MOST_COLUMNS:
        said.append(
            _(
                "{segments} segments are drawn in groups of neighbours, whose shares and lifts add up; the table has "
                "each."
            ).format(segments=f"{len(found.weights.words):,}")
        )
    if len(found.weights.windows) > 1:
        said.append(windows_of(found))
    if found.weights.prefix.strip():
        said.append(
            _(
                "Before each window {name} read “{prefix}”, as its own configuration says of summaries; what goes to "
                "these tokens is counted with the special tokens, to no segment."
            ).format(name=escape(found.model), prefix=escape(found.weights.prefix.strip()))
        )
    return said


def windows_of(found: DocumentAttention) -> str:
    """Which segments were read together."""
    read = []
    for window in found.weights.windows:
        first, last = window[0].segment + 1, window[-1].segment + 1
        read.append(str(first) if first == last else f"{first}–{last}")
    shown = listed(read[:12]) + (" …" if len(read) > 12 else "")
    return _(
        "Too long for one pass, so the model read {windows} windows, each with the whole summary: segments {read}. "
        "Dashed lines are the seams: on one side of them the model knew nothing of the other, and each window counts "
        "by its words. A head that looks at the beginning looks at the beginning of each window, so what is strong "
        "right behind every seam says little of its words."
    ).format(windows=len(read), read=shown)


def _bars(table: pd.DataFrame, *, chosen: int | None = None, **_of_a_matrix: Any) -> alt.LayerChart:
    """One row of the matrix, for narrow screens."""
    own = table[table["row"] == (chosen or 0)]
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
    return charts.word_bars(bars, title=_("share, 0 to 1"))
