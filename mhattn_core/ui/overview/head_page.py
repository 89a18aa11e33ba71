"""Everything that a run says of one head, beside its counterpart or any other head."""

import pandas as pd
import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.findings import overview, relation_profile
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.runs import Run
from mhattn_core.ui.choices import choose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_evidence, evidence_with, say_evidence
from mhattn_core.ui.head_panel import head_panel
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.overview.card import card
from mhattn_core.ui.page import problems
from mhattn_core.ui.panel import panel
from mhattn_core.ui.show import show
from mhattn_core.ui.unknown import may_draw

OF, WITH = "of", "with"
"""Parameters of the address: a head by its name among models, and the one beside it."""


@panel
def head_page(controls: Controls) -> None:
    """Two heads side by side: by default the head that has most to say, and its counterpart or most similar head."""
    evidence = chosen_evidence(controls) or evidence_with(controls, "relations")
    run = evidence.run
    heads = overview(run).table
    names = {name: name for name in heads["name"]}
    rows = heads.set_index("name", drop=False)
    columns = st.columns(2, gap="medium")
    with columns[0]:
        of = choose(_("Head"), names, key=OF, default=_first(heads))
    beside = _beside(rows.loc[of], rows)
    with columns[1]:
        other = choose(_("Beside it"), names, key=WITH, default=beside)
    say_evidence(evidence)
    for place, (name, column) in enumerate(zip((of, other), st.columns(2, gap="medium"), strict=True)):
        with column, problems(str(rows.loc[name, "model"])):
            _one(run, rows.loc[name], place, controls)


def _first(heads: pd.DataFrame) -> str:
    """Of heads with a counterpart, if any has one, that with the greatest gain; the very first where none has a role."""
    paired = heads[(heads["partner"] != "") & heads["gain"].notna()]
    known = paired if len(paired) else heads[heads["gain"].notna()]
    return str(known.loc[known["gain"].idxmax(), "name"] if len(known) else heads["name"].iloc[0])


def _beside(head: "pd.Series[object]", rows: pd.DataFrame) -> str:
    """Its counterpart in another model, else the most similar head of its own, else the next."""
    similar = f"{head['model']} · {head['similar']}"
    candidates = [name for name in (head["partner"], similar) if name in rows.index]
    others = [name for name in rows.index if name != head["name"]]
    return str(candidates[0] if candidates else (others or [head["name"]])[0])


def _one(run: Run, head: "pd.Series[object]", place: int, controls: Controls) -> None:
    one = ModelHead.of_row(head)
    card(head, with_page=False)
    if run.has("relations"):
        _profile(run, one, place)
    opened = st.expander(
        _("On the sentence in the sidebar"), icon=":material/grid_on:", key=f"live-{place}", on_change="rerun"
    )
    if opened.open:
        with opened:
            seen = attended_with_progress(one.model, controls)
            if may_draw(seen, one.stack, place):
                head_panel(seen, one.within, place, units="words", same_scale=False)


def _profile(run: Run, one: ModelHead, place: int) -> None:
    asked = run.relations
    directions = asked.loc[(asked["model"] == one.model) & (asked["stack"] == one.stack), "direction"].unique()
    # The one direction that causal models and others share, so that two heads can be compared.
    direction = "later_to_earlier" if "later_to_earlier" in directions else str(directions[0])
    try:
        profile = relation_profile(run, model=one.model, stack=one.stack, head=one.within.name, direction=direction)
    except Problem as problem:
        st.info(escape(f"{problem.happened} {problem.remedy}"))
        return
    show(profile, key=f"profile-{place}")
