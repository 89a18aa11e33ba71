"""The note's four ideal patterns, each beside the real heads that come nearest to it."""

import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.attention.shown import Shown, largest_shown
from mhattn_core.findings.patterns.ideals import nearest_to_ideal
from mhattn_core.findings.runs.evidence import Evidence
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.measures.patterns.ideals import IDEALS
from mhattn_core.ui.choices import choose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.head_panel import picture
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.names import model_label
from mhattn_core.ui.page import badge, problems
from mhattn_core.ui.show import say, show


def ideals_view(evidence: Evidence, models: list[str], controls: Controls) -> None:
    """One of the four at a time."""
    names = charts.type_names()
    ideal = choose(
        _("Pattern of the note"), {name: names[name] for name in IDEALS}, key="ideal", default="diagonal", pills=True
    )
    finding = nearest_to_ideal(evidence.run, ideal=ideal, models=models)
    say(finding)
    columns = st.columns([2, *([3] * len(models))])
    with columns[0]:
        st.markdown("**{}**".format(_("The note's own matrix")))
        show(finding, key="ideal", sentence=False)
    real = finding.table.dropna(subset="number")
    shown: dict[int, Shown] = {}
    for place, (_row, head) in enumerate(real.iterrows()):
        with columns[1 + models.index(head["model"])], problems(str(head["model"])):
            one = ModelHead.of_row(head)
            shown[place] = Shown(attended_with_progress(one.model, controls), one.within)
    for place, one_shown in shown.items():
        head = real.iloc[place]
        with columns[1 + models.index(head["model"])]:
            st.markdown(
                f"**{model_label(one_shown.name)}** · {charts.type_names()[str(head['type'])]} · n {head['n']:,}"
            )
            badge()
            picture(one_shown.table, f"ideal-{place}", one_shown.name, largest_shown(list(shown.values())))
