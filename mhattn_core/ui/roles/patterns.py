"""The tab *patterns* of Head roles: what shape each head's weights have, and how far such names go."""

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import ModelHead, head_name, head_names
from mhattn_core.locale import _
from mhattn_core.ui.choices import choose, open_tab, put
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import Evidence, evidence_with, models_in, say_evidence
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_choice import key_for
from mhattn_core.ui.head_panel import head_panel
from mhattn_core.ui.model_heads import picked
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.page import draw, problems
from mhattn_core.ui.panel import panel
from mhattn_core.ui.quantity_choice import table_columns
from mhattn_core.ui.roles.ideals import ideals_view
from mhattn_core.ui.roles.induction import induction_view
from mhattn_core.ui.unknown import may_draw

SHAPE_HEAD = "shape"
AGREEMENT, AGREEMENT_OF_LABELS = 0.67, 0.83
"""Cohen's κ, the lower of two, and of the labellings with one another; see tests/patterns."""


@panel
def patterns_panel(controls: Controls) -> None:
    """A click on a head redraws this and not the sidebar."""
    evidence = evidence_with(controls, "patterns")
    finding = st.container()
    measured = [str(name) for name in evidence.run.patterns["model"].unique()]
    rows = _chosen_rows(evidence, models_in(evidence, controls, measured))
    with finding:
        st.markdown(escape(finding_of(rows)))
        say_evidence(evidence)
    st.warning(
        _(
            "Read a type as a hint: on 400 maps that were labelled twice from pictures the rules agree with the labels by a κ of {rule:.2f}, and the two labellings by {labels:.2f} (1: always; 0: by chance). No map was labelled a block."
        ).format(rule=AGREEMENT, labels=AGREEMENT_OF_LABELS),
        icon=":material/rule:",
    )
    view = open_tab(
        {
            "types": _("Types"),
            "ideals": _("The note's four"),
            "induction": _("Induction"),
            "numbers": _("All numbers"),
        },
        key="shapes",
    )
    if view == "types":
        _types(evidence, rows, controls)
    elif view == "ideals":
        ideals_view(evidence, rows, controls)
    elif view == "induction":
        induction_view(controls)
    else:
        _table(evidence, rows)


def finding_of(rows: pd.DataFrame) -> str:
    """The commonest type of each model, and how many have none."""
    names = charts.type_names()
    parts = []
    for model, own in rows.groupby("model", sort=False):
        counts = own["type"].value_counts()
        told = ", ".join(f"{counts[type_]} {name}" for type_, name in names.items() if type_ in counts)
        parts.append(_("{model}: {heads} heads, {types}").format(model=model, heads=len(own), types=told))
    return _("{counts}. Of a heterogeneous head no part of the weight leads.").format(counts="; ".join(parts))


def _chosen_rows(evidence: Evidence, models: list[str]) -> pd.DataFrame:
    """Rows of the models that are shown, one stack each."""
    patterns = evidence.run.patterns
    parts = []
    for place, name in enumerate(models):
        own = patterns[patterns["model"] == name]
        stacks = list(dict.fromkeys(own["stack"]))
        stack = stacks[0]
        if len(stacks) > 1:
            # The names of stacks are the library's own in every language.
            stack = choose(
                _("Stack of {name}").format(name=escape(name)),
                {one: one for one in stacks},
                key=key_for("stack", place),
                default=stack,
            )
        parts.append(own[own["stack"] == stack])
    return pd.concat(parts, ignore_index=True)


def _types(evidence: Evidence, rows: pd.DataFrame, controls: Controls) -> None:
    models = list(dict.fromkeys(rows["model"]))
    chosen = _choose_head(rows)
    for start in range(0, len(models), 2):
        for name, column in zip(models[start : start + 2], st.columns(2), strict=False):
            with column, problems(name):
                _one_model(evidence, rows[rows["model"] == name], models.index(name), chosen)
    st.caption(
        _(
            "Each cell is a head, named by the part of its weight that leads clearly: sink (special tokens), vertical (a "
            "column of words), diagonal (the word itself, or one offset), uniform (all alike), sparse (what hangs on "
            "the words), block (within sentences). Where none leads it is heterogeneous. Sentences of fewer than eight "
            "words do not vote."
        )
    )
    st.divider()
    seen = attended_with_progress(chosen.model, controls)
    if may_draw(seen, chosen.stack, 0):
        own = rows[
            (rows["model"] == chosen.model) & (rows["layer"] == chosen.layer) & (rows["head"] == chosen.head)
        ].iloc[0]
        st.markdown(
            _("**{head}** is called *{type}* by the run; below it reads the pair in the sidebar.").format(
                head=escape(chosen.name), type=charts.type_names()[own["type"]]
            )
        )
        head_panel(seen, chosen.within, 0, units="words", same_scale=False)


def _one_model(evidence: Evidence, own: pd.DataFrame, place: int, chosen: ModelHead) -> None:
    name, stack = str(own["model"].iloc[0]), str(own["stack"].iloc[0])
    said = finding_of(own)
    st.markdown(f"**{escape(name)}** · `{stack}` · n {int(own['n'].max()):,}")
    framed = chosen.cell if (name, stack) == (chosen.model, chosen.stack) else None
    draw(
        charts.type_grid(own, chosen=framed),
        key=f"types-{place}",
        on_select=lambda: _open_picked(name, place),
        selection_mode=charts.PICKED,
        alt_text=said,
    )
    export_panel(
        lambda: charts.type_grid(own), own, key=f"types-{place}", name=f"{name}-{stack}-types", note=evidence.note
    )
    draw(charts.type_shares(own), key=f"type-shares-{place}", alt_text=said)
    export_panel(
        lambda: charts.type_shares(own),
        own,
        key=f"shares-{place}",
        name=f"{name}-{stack}-type-shares",
        note=evidence.note,
    )


def _choose_head(rows: pd.DataFrame) -> ModelHead:
    heads = {head.name: head for head in ModelHead.of_table(rows)}
    # The head that is surest of its type, of a type that has a name.
    named = rows[rows["type"] != "heterogeneous"]
    first = (named if len(named) else rows).iloc[0]
    default = ModelHead.of_row(first).name
    return heads[
        choose(
            _("Head"),
            {name: name for name in heads},
            key=SHAPE_HEAD,
            default=default,
            help_text=_("The same as a click on a head."),
        )
    ]


def _open_picked(model: str, place: int) -> None:
    found = picked(f"types-{place}")
    if found:
        put(SHAPE_HEAD, head_name(*found, model=model))


def _table(evidence: Evidence, rows: pd.DataFrame) -> None:
    names = charts.type_names()
    shown = rows.assign(
        name=head_names(rows),
        called=rows["type"].map(names),
    )
    st.dataframe(
        shown[["model", "stack", "name", "called", "evidence", "offset", "n"]],
        hide_index=True,
        height=420,
        column_config={
            "model": st.column_config.TextColumn(_("model"), pinned=True),
            "stack": st.column_config.TextColumn(_("stack")),
            "name": st.column_config.TextColumn(_("head"), pinned=True),
            "called": st.column_config.TextColumn(_("type")),
            **table_columns("patterns", ["evidence"]),
            **table_columns("patterns", ["offset"], format="%+d"),
        },
    )
    export_panel(
        lambda: charts.type_shares(rows),
        rows,
        key="types-table",
        name=f"patterns-{evidence.run.id}",
        note=evidence.note,
    )
