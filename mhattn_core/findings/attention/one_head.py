"""One head's pattern on one pair: who puts how much on whom."""

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from mhattn_core import charts
from mhattn_core.attention.tables import Units, matrix_table, pattern_table
from mhattn_core.findings.feeding import feeding_title
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_pair import code_of, source_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.text.claims import NoteMatrix

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


def head_pattern(
    result: "AttentionResult", head: Head, *, units: Units = "words", largest: float | None = None
) -> Finding:
    """A cell for each query and key. largest: the weight where colours end, so that heads can be compared."""
    table = pattern_table(result, head.stack, head.layer, head.head, units=units)
    expression = f"pattern_table(seen, {head.stack!r}, {head.layer}, {head.head}, units={units!r})"
    return Finding(
        f"{result.model.name} {head.full_name}",
        largest_weight(table),
        table,
        partial(charts.matrix, table, largest=largest),
        _("Rows are words of the second sentence as the decoder reads them, columns words of the first.")
        if head.stack == "cross"
        else "",
        1,
        f"{source_of(result)} · {head.full_name}",
        code_of(result, expression, "from mhattn_core.attention.tables import pattern_table"),
        fed=feeding_title(result.pair.feeding),
    )


def note_pattern(note: NoteMatrix) -> Finding:
    """The matrix that the note prints for a pair."""
    table = matrix_table(note.weights, note.queries, note.keys)
    return Finding(
        "note",
        largest_weight(table),
        table,
        partial(charts.matrix, table),
        _("Invented to explain the idea (section {number} of the note); no model was measured.").format(
            number=note.section
        ),
        1,
    )


def largest_weight(table: pd.DataFrame) -> str:
    """The sentence above a matrix, in Markdown: who puts how much on whom. table: as ``matrix_table`` gives it."""
    cells = table[table["kind"] == "weight"].dropna(subset="weight")
    if cells.empty:
        return _("No word of this sentence is seen.")
    top = cells.loc[cells["weight"].idxmax()]
    return _("*{query}* puts {weight:.2f} of its attention on *{key}*.").format(
        query=escape(str(top["query"])), key=escape(str(top["key"])), weight=top["weight"]
    )
