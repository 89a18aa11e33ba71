"""What the tabs below the best heads show: every head on one relation, what else a head does, and all numbers."""

from functools import partial
from typing import Any

import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.of_run import source_of
from mhattn_core.findings.relations.heads import relation_heads
from mhattn_core.findings.relations.numbers import FORMATS, numbers_shown
from mhattn_core.findings.relations.profile import relation_profile
from mhattn_core.findings.relations.rows import RelationRows
from mhattn_core.findings.relations.words import labels_of
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_choice import put_head
from mhattn_core.ui.names import model_title
from mhattn_core.ui.page import two_in_a_row
from mhattn_core.ui.show import show
from mhattn_core.ui.tables import show_table

HEAD = "role"
"""The state key, and parameter of the address."""


def role_grids(rows: RelationRows, relation: str, chosen: ModelHead) -> None:
    """Layer × head grids on one scale; the head that is open is framed, and elsewhere the best."""
    best = {head.model: head for head in ModelHead.of_table(rows.scored(relation))}
    about: dict[str, Any] = {"relation": relation, "direction": rows.direction}
    most = float(rows.rates(relation)["value"].max())
    models = [one for one in rows.models if one[0] in best]
    for number, ((model, stack), column) in enumerate(two_in_a_row(models)):
        with column:
            st.markdown(model_title(model, stack))
            finding = relation_heads(rows.run, model=model, stack=stack, most=most, **about)
            framed = chosen if (chosen.model, chosen.stack) == (model, stack) else best[model]
            on_pick = partial(put_head, HEAD, model)
            show(finding, key=f"role-grid-{number}", on_pick=on_pick, chosen=framed.cell)


def profile_view(rows: RelationRows, relation: str, chosen: ModelHead) -> None:
    """What else the head does."""
    of: dict[str, Any] = {"model": chosen.model, "stack": chosen.stack, "head": chosen.within.name}
    show(relation_profile(rows.run, **of, direction=rows.direction, relation=relation), key="role-profile")


def role_table(relations: RelationRows) -> None:
    """Every row of the run's ``relations.parquet`` of the shown models and family, all directions, hits and mass."""
    rows, called = relations.all_numbers, {"label": _("relation")}
    show_table(
        numbers_shown(rows), of="relations", called=called, formats=FORMATS, pinned=("model", "label"), height=420
    )
    said = _("{rows:,} rows. The question mark of a column says what it holds, and its name in relations.parquet.")
    st.caption(said.format(rows=len(rows)))
    lines, labels = relations.shown, labels_of(relations.shown["relation"].unique())
    export_panel(
        lambda preset: charts.best_heads(lines, labels, narrow=preset == "column"),
        rows,
        key="role-table",
        name=f"relations-{relations.run.id}",
        note=source_of(relations.run),
    )
