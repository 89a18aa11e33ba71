"""All numbers of the relations tab, to sort and to take away."""

import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.of_run import source_of
from mhattn_core.findings.relations.numbers import numbers_shown
from mhattn_core.findings.relations.rows import RelationRows
from mhattn_core.findings.relations.words import labels_of
from mhattn_core.locale import _
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.quantity_choice import table_columns

SHARES = (
    *("held_out", "gain", "low", "high", "baseline", "offset_gain", "offset_low", "offset_high", "class_rule"),
    *("control", "selectivity", "selectivity_low", "selectivity_high", "word_mass"),
    *("shuffle", "random95", "shuffled95", "wins"),
)


def role_table(relations: RelationRows) -> None:
    """Every row of the run's ``relations.parquet`` of the shown models and family, all directions, hits and mass."""
    rows = relations.all_numbers
    shown = numbers_shown(rows)
    st.dataframe(
        shown,
        hide_index=True,
        height=420,
        column_config={
            "model": st.column_config.TextColumn(_("model"), pinned=True),
            "label": st.column_config.TextColumn(_("relation"), pinned=True),
            "verdict": st.column_config.TextColumn(_("verdict")),
            "name": st.column_config.TextColumn(_("head")),
            **table_columns("relations", SHARES),
            **table_columns("relations", ("offset", "n", "fewest"), format="%d"),
            **table_columns("relations", ("p", "p_max", "q", "offset_q"), format="%.2g"),
        },
    )
    st.caption(
        _("{rows:,} rows. The question mark of a column says what it holds, and its name in relations.parquet.").format(
            rows=len(rows)
        )
    )
    lines, labels = relations.shown, labels_of(relations.shown["relation"].unique())
    export_panel(
        lambda preset: charts.best_heads(lines, labels, narrow=preset == "column"),
        rows,
        key="role-table",
        name=f"relations-{relations.run.id}",
        note=source_of(relations.run),
    )
