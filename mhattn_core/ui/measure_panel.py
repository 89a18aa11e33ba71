"""One measure of all heads of all chosen models: grid by grid, on one axis, by depth, as a table."""

from collections.abc import Callable, Sequence

import altair as alt
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.measures.matching.neighbours import nearest
from mhattn_core.measures.quantities import Quantity, of_family
from mhattn_core.ui.all_heads import all_heads
from mhattn_core.ui.choices import choose_or_leave, open_tab
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_run
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_choice import choose_stack
from mhattn_core.ui.measure_grids import CHOSEN, grids
from mhattn_core.ui.model_heads import Compared, compared
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.one_head import one_head
from mhattn_core.ui.page import badge, draw, problems
from mhattn_core.ui.panel import panel
from mhattn_core.ui.quantity_choice import choose_quantity
from mhattn_core.ui.unknown import may_draw


@panel
def measure_panel(controls: Controls) -> None:
    """The tab *measure*; a click on a head redraws it and not the page."""
    words = choose_quantity(_("Measure"), of_family("basic"), key="measure")
    measure = words.code
    finding = st.container()
    st.caption(f"**{words.axis}** · {words.explanation}")
    drawn = _with_values(_models(controls), measure)
    if not drawn:
        return
    heads = pd.concat([model.heads for model in drawn], ignore_index=True)
    rows = heads[heads["measure"] == measure]
    said = summary(rows, words)
    with finding:
        st.markdown(escape(said))
        badge(int(rows["n"].max()))
    pictures = st.container()
    chosen = _choose_head(rows, words)
    near = nearest(heads, *chosen)
    with pictures:
        view = open_tab(
            {"grids": _("Head by head"), "axis": _("On one axis"), "depth": _("By depth"), "table": _("Table")},
            key="view",
        )
        if view == "grids":
            grids(drawn, rows, words, chosen, near)
        elif view == "axis":
            _overlaid(
                lambda: charts.distributions(rows, title=words.axis, chosen=(chosen.model, *chosen.cell)),
                rows,
                said,
                drawn,
            )
            st.caption(
                _(
                    "One mark is one head; in each line the first layers stand above and the last below. The grey box holds the middle half of the heads, its line is the median; circled is the head shown below."
                )
            )
        elif view == "depth":
            _overlaid(lambda: charts.by_depth(rows, title=words.axis), rows, said, drawn)
            st.caption(
                _(
                    "One mark is one head, the line runs through the median of each layer. Depth is the layer over the last layer, so that models of any number of layers lie over one another."
                )
            )
        else:
            all_heads(heads, measure)
    one_head(next(model for model in drawn if model.name == chosen.model), chosen, near, heads, measure, words.axis)


def _overlaid(chart: Callable[[], alt.LayerChart], rows: pd.DataFrame, said: str, drawn: Sequence[Compared]) -> None:
    """All models in one chart, to look at and to take away."""
    draw(chart(), key="overlaid", alt_text=said)
    export_panel(
        chart, rows, key="overlaid", name=str(rows["measure"].iloc[0]), note=" · ".join(model.source for model in drawn)
    )


def summary(rows: pd.DataFrame, words: Quantity) -> str:
    """The median head of each model, and the most telling head of all. rows: of one measure."""
    known = rows.dropna(subset="value")
    medians = known.groupby("model", sort=False)["value"].median()
    lowest = words.direction == "lowest"
    top = known.loc[known["value"].idxmin() if lowest else known["value"].idxmax()]
    message = (
        _("The median head: {medians}. Lowest of all is {head} with {value:.2f}.")
        if lowest
        else _("The median head: {medians}. Highest of all is {head} with {value:.2f}.")
    )
    return message.format(
        medians=", ".join(f"{name} {value:.2f}" for name, value in medians.items()),
        head=ModelHead.of_row(top).name,
        value=top["value"],
    )


def _models(controls: Controls) -> list[Compared]:
    """What can be drawn of the sidebar's models; a model with several stacks offers the choice, one that fails says
    why.
    """
    models: list[Compared] = []
    with problems():
        run = chosen_run(controls)
        for start in range(0, len(controls.models), 2):
            columns = st.columns(2)
            for place, (name, column) in enumerate(
                zip(controls.models[start : start + 2], columns, strict=False), start
            ):
                with column, problems(name):
                    seen = attended_with_progress(name, controls)
                    if len(seen.stacks) > 1:
                        st.markdown(f"**{escape(name)}**")
                    stack = choose_stack(seen, place)
                    # What a model does not know of the pair says nothing about a run.
                    if run or may_draw(seen, stack, place):
                        models.append(compared(seen, stack, place, run))
    return models


def _with_values(models: Sequence[Compared], measure: str) -> list[Compared]:
    """The models that have this measure here; the others are named."""
    found = [model for model in models if model.of(measure)["value"].notna().any()]
    for model in models:
        if model not in found:
            st.info(
                _("{name} ({stack}) has no value of this measure here.").format(
                    name=escape(model.name), stack=model.stack
                )
            )
    return found


def _choose_head(rows: pd.DataFrame, words: Quantity) -> ModelHead:
    """The head that a person chose or clicked, else the most telling one of the first model."""
    known = rows.dropna(subset="value")
    names = {head.name: head for head in ModelHead.of_table(known)}
    first = known[known["model"] == known["model"].iloc[0]]["value"]
    lowest = words.direction == "lowest"
    telling = list(names)[known.index.get_loc(first.idxmin() if lowest else first.idxmax())]
    label = (_("The lowest: {name}") if lowest else _("The highest: {name}")).format(name=telling)
    click = _("The same as a click on a head above.")
    return names[choose_or_leave(_("Head"), list(names), label, key=CHOSEN, help_text=click) or telling]
