"""All heads of several models from a run that is already measured: no network is loaded."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mhattn_core.findings import Finding, overview
from mhattn_core.findings.overview.answers import overview_answers
from mhattn_core.findings.overview.card import card_lines
from mhattn_core.findings.overview.heads import with_own_controls
from mhattn_core.findings.overview.strip import strip
from mhattn_core.heads import head_name
from mhattn_core.locale import _, stated
from mhattn_core.runs.run import Run
from mhattn_core.ui.choices import choose, put
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_evidence, evidence_with, models_in
from mhattn_core.ui.names import known_names, model_label
from mhattn_core.ui.navigation import link
from mhattn_core.ui.panel import panel
from mhattn_core.ui.show import say, show

VIEW, PINNED = "view", "pinned"
"""Parameters of the address. Attention has a ``head`` of its own, named without its model."""
NONE = "none"


@panel
def overview_panel(controls: Controls) -> None:
    """The map of heads at the left; at the right what it comes to, or the head that was clicked."""
    evidence = chosen_evidence(controls) or evidence_with(controls, "relations")
    run = evidence.run
    models = with_own_controls(run, models_in(evidence, controls, list(run.models)))
    views = {
        "role": _("role"),
        "redundancy": _("redundancy"),
        "effect": _("ablation effect"),
        "pattern": _("pattern"),
    }
    left, right = st.columns([5, 3], gap="medium")
    with left:
        view = choose(_("Colour by"), views, key=VIEW, pills=True, bare=True)
        finding = overview(run, models=models, view=view)
        names = list(finding.table["name"])
        pinned = st.query_params.get(PINNED, "")
        say(finding)
        show(
            finding,
            key="overview",
            on_pick=lambda mark: put(PINNED, str(mark["name"])),
            sentence=False,
            chosen=pinned if pinned in names else "",
        )
    with right:
        st.caption(known_names().markdown(strip(run, evidence.saved.about.name, models)))
        pinned = _choose_pinned(names)
        if pinned == NONE:
            _answers(run, models)
        else:
            _card(finding, pinned)


def _choose_pinned(names: Sequence[str]) -> str:
    labels = {NONE: _("None: point or click at the map")} | {name: known_names().name(name) for name in names}
    return choose(_("Head"), labels, key=PINNED, default=NONE, persist=True)


def _answers(run: Run, models: Sequence[str]) -> None:
    for answer in overview_answers(run, models):
        with st.container(border=True, gap="xxsmall"):
            st.markdown(f"**{answer.title}**  \n:small[{known_names().markdown(answer.sentence)}]")
            link(answer.page, _("See the evidence"))


def _card(finding: Finding, name: str) -> None:
    rows = finding.table[finding.table["name"] == name]
    if rows.empty:
        return
    _in_frame(rows.iloc[0])
    if partner := rows["partner"].iloc[0]:
        label, icon = _("Its counterpart: {name}").format(name=model_label(partner)), ":material/arrow_forward:"
        st.button(label, key="to-counterpart", type="tertiary", icon=icon, on_click=put, args=(PINNED, partner))


def _in_frame(head: "pd.Series[object]") -> None:
    """What the run says of a head (a row of ``head_overview``), with ways to go on."""
    name, model = head_name(int(str(head["layer"])), int(str(head["head"]))), str(head["model"])
    lines = [stated(line.what, f"**{model_label(line.value)}**") for line in card_lines(head).itertuples()]
    with st.container(border=True):
        st.markdown(f"**{model_label(str(head['name']))}**")
        st.markdown("\n".join(f"- {line}" for line in lines))
        with st.container(horizontal=True):
            link("Head", _("Its page"), model=model, head=name)
            link("Attention", _("Show its attention"), models=[model], head=name)
            link("Fault tolerance", _("Switch it off"), models=[model])
