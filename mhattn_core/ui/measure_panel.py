"""One measure of all heads of all chosen models: grid by grid, on one axis, by depth, as a table."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from mhattn_core.findings import Finding
from mhattn_core.findings.heads.compared import ModelHeads, measures_of, with_origin
from mhattn_core.findings.heads.of_measures import at_the_end, is_lowest, on_one_axis, over_depth
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.measures.matching.neighbours import nearest
from mhattn_core.ui.choices import show_tab
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_run
from mhattn_core.ui.head_choice import choose_head, choose_stack
from mhattn_core.ui.measure_views import CHOSEN, all_heads, grids, one_head
from mhattn_core.ui.model_heads import compared
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.names import known_names, model_label
from mhattn_core.ui.page import problems
from mhattn_core.ui.panel import panel
from mhattn_core.ui.quantity_choice import choose_quantity
from mhattn_core.ui.show import say, show
from mhattn_core.ui.unknown import may_draw


@panel
def measure_panel(controls: Controls) -> None:
    """What all heads of the chosen models have of one measure; a click on a head redraws this and not the page."""
    words = choose_quantity(_("Measure"), measures_of(chosen_run(controls)), key="measure")
    measure = words.code
    top = st.container()
    models = _with_values(_models(controls), measure)
    if not models:
        return
    shown = list(models.values())
    heads = pd.concat([model.heads for model in shown], ignore_index=True)
    rows = heads[heads["measure"] == measure]
    on_axis = with_origin(on_one_axis(rows, measure), shown, measure)
    with top:
        say(on_axis)
    pictures = st.container()
    chosen = _choose_head(rows, measure)
    near = nearest(heads, *chosen)
    with pictures:
        show_tab(
            {
                "grids": (_("Head by head"), lambda: grids(models, measure, chosen, near)),
                "axis": (_("On one axis"), lambda: _on_axis(on_axis, chosen)),
                "depth": (_("By depth"), lambda: _by_depth(rows, shown, measure)),
                "table": (_("Table"), lambda: all_heads(heads, measure)),
            },
            key="view",
        )
    st.caption(f"**{words.axis}** · {words.explanation}")
    place, model = next((place, model) for place, model in models.items() if model.name == chosen.model)
    one_head(model, place, chosen, near, heads, measure)


def _on_axis(finding: Finding, chosen: ModelHead) -> None:
    show(finding, key="overlaid", sentence=False, chosen=(chosen.model, *chosen.cell))
    st.caption(_("Circled: the head shown below."))


def _by_depth(rows: pd.DataFrame, shown: Sequence[ModelHeads], measure: str) -> None:
    show(with_origin(over_depth(rows, measure), shown, measure), key="overlaid", sentence=False)


def _models(controls: Controls) -> dict[int, ModelHeads]:
    """By their places in the sidebar, the models that can be drawn; one with several stacks offers the choice, one that
    fails says why.
    """
    models: dict[int, ModelHeads] = {}
    with problems():
        run = chosen_run(controls)
        for place, name in enumerate(controls.models):
            with problems(name):
                seen = attended_with_progress(name, controls)
                if len(seen.stacks) > 1:
                    st.markdown(f"**{model_label(name)}**")
                stack = choose_stack(seen, place)
                # What a model does not know of the pair says nothing about a run.
                if run or may_draw(seen, stack, place):
                    models[place] = compared(seen, stack, run)
    return models


def _with_values(models: Mapping[int, ModelHeads], measure: str) -> dict[int, ModelHeads]:
    """The models that have this measure here; the others are named."""
    having = {place: model for place, model in models.items() if model.of(measure)["value"].notna().any()}
    for place in models.keys() - having.keys():
        st.info(
            _("{name} ({stack}) has no value of this measure here.").format(
                name=model_label(models[place].name), stack=models[place].stack
            )
        )
    return having


def _choose_head(rows: pd.DataFrame, measure: str) -> ModelHead:
    """The head that a person chose or clicked, else the first model's with most, or least, of the measure."""
    known = rows.dropna(subset="value")
    names = {head.name: head for head in ModelHead.of_table(known)}
    first = known[known["model"] == known["model"].iloc[0]]
    default = list(names)[known.index.get_loc(at_the_end(first, measure))]
    automatic = _("The lowest: {name}") if is_lowest(measure) else _("The highest: {name}")
    return names[choose_head({name: known_names().name(name) for name in names}, default, automatic, key=CHOSEN)]
