"""The tab *patterns* of Head roles: where each head's weight goes, what that is called, how far such names go, and
the note's four ideal patterns.
"""

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.attention.shown import Shown, largest_shown
from mhattn_core.findings.patterns.ideals import nearest_to_ideal
from mhattn_core.findings.patterns.parts import weight_parts
from mhattn_core.findings.patterns.types import counts, type_grid, type_shares
from mhattn_core.findings.runs.evidence import Evidence
from mhattn_core.heads import ModelHead, head_names
from mhattn_core.locale import _
from mhattn_core.measures.patterns.ideals import IDEALS
from mhattn_core.text.code_names import code_names
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose, show_tab
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import evidence_with, models_in, say_evidence
from mhattn_core.ui.head_choice import choose_stack_of, put_head
from mhattn_core.ui.head_panel import head_panel, picture, whole_head
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.names import model_label, model_title
from mhattn_core.ui.page import badge, problems, two_in_a_row
from mhattn_core.ui.panel import panel
from mhattn_core.ui.roles.detectors import detectors_view
from mhattn_core.ui.show import say, show
from mhattn_core.ui.tables import show_table
from mhattn_core.ui.unknown import may_draw

SHAPE_HEAD = "shape"
AGREEMENT, AGREEMENT_OF_LABELS = 0.67, 0.83
"""Cohen's κ, the lower of two, and of the labellings with one another; see tests/patterns."""


@panel
def patterns_panel(controls: Controls) -> None:
    """A click on a head redraws this and not the sidebar."""
    evidence = evidence_with(controls, "patterns")
    above = st.container()
    patterns = evidence.run.patterns
    models = models_in(evidence, controls, [str(name) for name in patterns["model"].unique()])
    offered = [code_names(patterns.loc[patterns["model"] == name, "stack"]) for name in models]
    stacks = {name: choose_stack_of(name, offered[place], place) for place, name in enumerate(models)}
    rows = _rows(evidence, stacks)
    with above:
        st.markdown(counts(rows))
        say_evidence(evidence)
    show_tab(
        {
            "types": (_("Types"), lambda: _types(evidence, stacks, rows, controls)),
            "ideals": (_("The note's four"), lambda: ideals_view(evidence, models, controls)),
            "induction": (_("Detectors"), lambda: detectors_view(evidence.run, models, stacks, controls)),
            "numbers": (_("All numbers"), lambda: _table(rows)),
        },
        key="shapes",
    )


def _caution() -> None:
    """Of whatever tells types."""
    st.warning(prose("types_are_hints").format(rule=AGREEMENT, labels=AGREEMENT_OF_LABELS), icon=":material/rule:")


def _rows(evidence: Evidence, stacks: Mapping[str, str]) -> pd.DataFrame:
    """Of the models that are shown, one stack each."""
    patterns = evidence.run.patterns
    parts = [patterns[(patterns["model"] == name) & (patterns["stack"] == stack)] for name, stack in stacks.items()]
    return pd.concat(parts, ignore_index=True)


def _types(evidence: Evidence, stacks: Mapping[str, str], rows: pd.DataFrame, controls: Controls) -> None:
    _caution()
    names = list(stacks)
    chosen = _choose_head(rows)
    for number, (name, column) in enumerate(two_in_a_row(names)):
        with column, problems(name):
            _one_model(evidence, name, stacks[name], number, chosen)
    st.divider()
    seen = attended_with_progress(chosen.model, controls)
    if may_draw(seen, chosen.stack, 0):
        own = rows[
            (rows["model"] == chosen.model) & (rows["layer"] == chosen.layer) & (rows["head"] == chosen.head)
        ].iloc[0]
        st.markdown(
            _("**{head}** is called *{type}* by the run; below it reads the pair in the sidebar.").format(
                head=model_label(chosen.name), type=charts.type_names()[own["type"]]
            )
        )
        head_panel(whole_head(seen, chosen.within), 0)


def _one_model(evidence: Evidence, name: str, stack: str, number: int, chosen: ModelHead) -> None:
    st.markdown(model_title(name, stack))
    framed = chosen.cell if (name, stack) == (chosen.model, chosen.stack) else None
    of = {"model": name, "stack": stack}
    grid, on_pick = type_grid(evidence.run, **of), partial(put_head, SHAPE_HEAD, name)
    show(grid, key=f"types-{number}", on_pick=on_pick, sentence=False, chosen=framed)
    show(type_shares(evidence.run, **of), key=f"type-shares-{number}", sentence=False)
    parts = weight_parts(evidence.run, **of)
    if parts.table["part.sink"].isna().all():
        st.caption(parts.sentence)
    else:
        show(parts, key=f"weight-parts-{number}")


def _choose_head(rows: pd.DataFrame) -> ModelHead:
    heads = {head.name: head for head in ModelHead.of_table(rows)}
    # The first head that has a name.
    named = rows[rows["type"] != "heterogeneous"]
    default = ModelHead.of_row((named if len(named) else rows).iloc[0]).name
    click = _("The same as a click on a head.")
    return heads[choose(_("Head"), {name: name for name in heads}, key=SHAPE_HEAD, default=default, help_text=click)]


def _table(rows: pd.DataFrame) -> None:
    _caution()
    parts = [name for name in rows if name.startswith("part.")]
    shown = rows.assign(name=head_names(rows), type=rows["type"].map(charts.type_names()))
    show_table(
        shown[["model", "stack", "name", "type", "evidence", "offset", *parts, "n"]],
        of="patterns",
        formats={"%.3f": ["evidence", *parts], "%+d": ["offset"]},
        pinned=("model", "name"),
        height=420,
    )


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
