"""The note's four ideal patterns, each beside the real heads that come nearest to it."""

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.attention.tables import matrix_table, word_table
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import ModelHead, head_name
from mhattn_core.locale import _
from mhattn_core.measures.patterns.ideals import IDEALS, nearest_to_ideals
from mhattn_core.text.claims import matrices
from mhattn_core.ui.choices import choose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import Evidence
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_panel import picture
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.page import badge, draw, problems


def ideals_view(evidence: Evidence, rows: pd.DataFrame, controls: Controls) -> None:
    """One of the four at a time; rows: of ``patterns.parquet``, of the models and stacks that are shown."""
    names = charts.type_names()
    ideal = choose(
        _("Pattern of the note"), {name: names[name] for name in IDEALS}, key="ideal", default="diagonal", pills=True
    )
    heads = evidence.run.heads
    heads = heads[(heads["group"] == "") & heads["model"].isin(rows["model"])].merge(
        rows[["model", "stack"]].drop_duplicates()
    )
    nearest = nearest_to_ideals(heads, rows)
    own = nearest[nearest["ideal"] == ideal]
    st.markdown(escape(_said(own, ideal)))
    st.caption(_number(ideal))
    models = list(dict.fromkeys(rows["model"]))
    columns = st.columns([2, *([3] * len(models))])
    with columns[0]:
        note = matrices()[ideal]
        title = _("The note's own matrix")
        st.markdown(f"**{title}**")
        draw(
            charts.matrix(matrix_table(note.weights, note.queries, note.keys)),
            key="ideal",
            alt_text=f"{title}: {names[ideal]}",
        )
        st.caption(
            _("Invented to explain the idea (section {number} of the note); no model was measured.").format(
                number=note.section
            )
        )
    for place, (_row, head) in enumerate(own.iterrows()):
        with columns[1 + models.index(head["model"])], problems(str(head["model"])):
            _real(head, place, controls)
    export_panel(
        lambda: charts.matrix(matrix_table(note.weights, note.queries, note.keys)),
        nearest,
        key="ideals",
        name="nearest-to-the-notes-patterns",
        note=evidence.note,
    )


def _number(ideal: str) -> str:
    """What is counted, and of what range."""
    return {
        "diagonal": _("Counted: the part of the weight on the word itself and at fixed offsets, 0 to 1."),
        "block": _(
            "Counted: the weight within sentences over what the same distances get between sentences; 1 means no difference."
        ),
        "sparse": _("Counted: the part of the weight that hangs on the words, and not on their position, 0 to 1."),
        "uniform": _("Counted: the part of the weight that all words get alike, 0 to 1."),
    }[ideal]


def _said(own: pd.DataFrame, ideal: str) -> str:
    """How near each model's head comes, and whether the rule fires."""
    if own.empty and ideal != "block":
        return _("This run was measured before weights were taken apart into these parts; measure its pairs again.")
    if own.empty:
        return _(
            "This run cannot tell: all of its texts are single sentences, and there are no blocks. Choose a run of pairs under Evidence."
        )
    names = charts.type_names()
    return " ".join(
        (
            _("Nearest in {model} is {head} with {number:.2f}, from {asked} on it is called {type}.")
            if row.number >= row.asked
            else _("No head of {model} is {type}: {head} comes nearest with {number:.2f}, and {asked} is asked for.")
        ).format(
            model=row.model, head=head_name(row.layer, row.head), number=row.number, asked=row.asked, type=names[ideal]
        )
        for row in own.itertuples()
    )


def _real(head: "pd.Series[object]", place: int, controls: Controls) -> None:
    """The head on the sidebar's pair."""
    one = ModelHead.of_row(head)
    st.markdown(f"**{escape(one.name)}** · {charts.type_names()[str(head['type'])]} · n {head['n']:,}")
    badge()
    grid = attended_with_progress(one.model, controls).words(one.stack)
    picture(word_table(grid, *one.cell), f"ideal-{place}", one.name, None)
