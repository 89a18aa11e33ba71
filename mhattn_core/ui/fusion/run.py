"""Over many texts: what each head adds, in a run that measured it."""

from dataclasses import dataclass

import altair as alt
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.ui.choices import choose
from mhattn_core.ui.compared import clicks, picked
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import Evidence, evidence_with
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.fusion.choice import chosen_head, take_head
from mhattn_core.ui.fusion.data import Fused
from mhattn_core.ui.page import badge, draw, escape, wide_and_narrow

HEADS, LAYERS = "fusion", "fusion_layers"
MEASURE = "over"
"""A parameter of the address."""


@dataclass(frozen=True)
class MeasureWords:
    label: str
    title: str
    finding: str
    says: str


def measure_words() -> dict[str, MeasureWords]:
    """By the measure's name in the table."""
    return {
        "length": MeasureWords(
            _("Length of what a head adds"),
            _("length of what is added"),
            _(
                "Longest is what {head} adds: {value:.2f} in the mean [{low:.2f}, {high:.2f}]; the median head's is {median:.2f}."
            ),
            _("Lengths grow with the layers and differ between models; compare them within a layer."),
        ),
        "share": MeasureWords(
            _("Share in the layer's sum"),
            _("share of the layer's sum"),
            _(
                "The largest part of its layer's sum is {head}'s: {value:.2f} [{low:.2f}, {high:.2f}]; {below} of {heads} heads work against the sum of their layer."
            ),
            _(
                "Over all words together; the shares of a layer sum to 1. A head works against the sum if its interval lies below 0."
            ),
        ),
        "unique_share": MeasureWords(
            _("What only this head adds"),
            _("unique share"),
            _(
                "The others tell least of {head}: unique share {value:.2f} [{low:.2f}, {high:.2f}]; they tell most of {least}: {smallest:.2f}."
            ),
            _(
                "1 − R² of a ridge regression from all other heads of the layer, on texts that it was not fitted on. 0: the others tell everything; 1 or more: they tell nothing. More texts would let them tell more: read it as an upper bound."
            ),
        ),
    }


def run_view(model: Fused, _summed: list[Fused], controls: Controls) -> None:
    """The tab *run*. Raises Problem where no run has measured it."""
    evidence = evidence_with(controls, HEADS)
    rows = evidence.run.table(HEADS, model=model.name, stack=model.stack)
    if rows.empty:
        st.info(
            _("That run has no contributions of {name}'s {stack}.").format(name=escape(model.name), stack=model.stack)
        )
        return
    grid, layers = st.columns(2)
    with grid:
        _heads(model, rows, evidence)
    with layers:
        _layers(model, evidence)


def finding(rows: pd.DataFrame, measure: str) -> str:
    """The head at the upper end, with its interval. rows: of one measure."""
    top, least = rows.loc[rows["value"].idxmax()], rows.loc[rows["value"].idxmin()]
    return measure_words()[measure].finding.format(
        head=head_name(top["layer"], top["head"]),
        value=top["value"],
        low=top["low"],
        high=top["high"],
        median=rows["value"].median(),
        below=int((rows["high"] < 0).sum()),
        heads=len(rows),
        least=head_name(least["layer"], least["head"]),
        smallest=least["value"],
    )


def _heads(model: Fused, rows: pd.DataFrame, evidence: Evidence) -> None:
    words = measure_words()
    measure = choose(
        _("What is measured"), {name: one.label for name, one in words.items()}, key=MEASURE, default="unique_share"
    )
    shown = rows[rows["measure"] == measure]
    said = finding(shown, measure)
    st.markdown(escape(said))
    badge(int(shown["n"].max()))
    origin = evidence.origin(_("This tab reads the run “{name}”; another is chosen in the sidebar under Evidence."))
    sample = _("One word of each text, chosen by hash; 95 % intervals over texts.")
    st.caption(f"{origin} {sample} {words[measure].says}")
    title, key, framed, clicked = words[measure].title, f"over-{model.place}", chosen_head(model), clicks()

    def grid() -> alt.LayerChart:
        return charts.head_grid(
            shown, measure=measure, title=title, difference=measure == "share", chosen=framed, clicks=clicked
        )

    wide, narrow = wide_and_narrow(key)
    with wide:
        draw(
            grid(),
            key=key,
            on_select=lambda: take_head(model, picked(key)),
            selection_mode=charts.PICKED,
            alt_text=said,
        )
    with narrow:
        draw(charts.strongest(shown, title=title), key=f"narrow-{key}", alt_text=said)
    export_panel(grid, rows, key=key, name=f"{model.name} {model.stack} {measure}", note=evidence.note)


def _layers(model: Fused, evidence: Evidence) -> None:
    """How many directions the heads of a layer use, for every model of the run."""
    table = evidence.run.table(LAYERS)
    own = table[(table["model"] == model.name) & (table["stack"] == model.stack)].dropna(subset="value")
    if own.empty:
        return
    low, high = own.loc[own["value"].idxmin()], own.loc[own["value"].idxmax()]
    said = _(
        "{name}'s {heads} heads of a layer use between {low:.1f} (layer {first}) and {high:.1f} (layer {second}) directions, on {words} words."
    ).format(
        name=model.name,
        heads=low["heads"],
        low=low["value"],
        first=low["layer"],
        high=high["value"],
        second=high["layer"],
        words=low["n"],
    )
    st.markdown(escape(said))
    # Of each model one stack, the same where it has it.
    stacks = {
        name: model.stack if (part["stack"] == model.stack).any() else part["stack"].iloc[0]
        for name, part in table.groupby("model")
    }
    shown = table[table["stack"] == table["model"].map(stacks)]
    most = int(shown["heads"].max())

    def chart() -> alt.LayerChart:
        return charts.by_layer(shown, title=_("participation ratio"), domain=(1, most))

    draw(chart(), key="participation-run", alt_text=said)
    st.caption(
        _(
            "The participation ratio: 1 if all heads of a layer add the same as they go from word to word, as many as there are heads if none has to do with another; lines: 95 % intervals (jackknife over 20 folds). Random weights beside it tell what the architecture alone gives."
        )
    )
    export_panel(chart, shown, key="participation-run", name=f"{model.name} participation ratio", note=evidence.note)
