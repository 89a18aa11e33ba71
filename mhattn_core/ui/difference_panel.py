"""Two checkpoints of one architecture, head by head."""

from collections.abc import Iterable, Mapping

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import Head, head_name, head_names
from mhattn_core.locale import _
from mhattn_core.measures.difference import difference, shape
from mhattn_core.measures.quantities import Quantity, of_family
from mhattn_core.models.control_names import (
    CONTROLS,
    RANDOM,
    SHUFFLED,
    control_of,
    is_control,
    trained_name,
    with_control,
)
from mhattn_core.ui.choices import choose_or_leave
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_run
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_choice import choose_stack
from mhattn_core.ui.head_panel import head_panel
from mhattn_core.ui.model_heads import clicks, heads_of, picked
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.page import badge, draw, problems, wide_and_narrow
from mhattn_core.ui.panel import panel
from mhattn_core.ui.quantity_choice import choose_quantity
from mhattn_core.ui.unknown import may_draw

CHOSEN = "changed"
LISTED = 10


@panel
def difference_panel(controls: Controls) -> None:
    """The tab *difference*; a click on a head redraws it and not the page."""
    shapes = _shapes(controls)
    if not shapes:
        return
    places = _offered(controls, shapes)
    before, after = _choose_two(shapes, list(places))
    words = choose_quantity(_("Measure"), of_family("basic"), key="measure")
    if before == after:
        raise Problem(_("Both are {name}.").format(name=after), _("Choose another model on one side."))
    seen = {name: attended_with_progress(name, controls) for name in (before, after)}
    run = chosen_run(controls)
    table = run.difference(before, after) if run else difference(heads_of(seen[before]), heads_of(seen[after]))
    stack = choose_stack(seen[after], places[after])
    # What a model does not know of the pair says nothing about a run.
    if not run and not may_draw(seen[after], stack, places[after]):
        return
    rows = table[(table["stack"] == stack) & (table["measure"] == words.code) & (table["group"] == "")]
    if rows["value"].isna().all():
        st.info(_("There is no value of this measure here. {reads}").format(reads=words.reads))
        return
    sources = [f"{name}@{seen[name].model.revision}" for name in (before, after)] + ([f"run {run.id}"] if run else [])
    chosen = _pictures(rows, words, " · ".join(sources))
    first, second = st.columns(2)
    for place, (column, name) in enumerate(zip((first, second), (before, after), strict=True)):
        with column:
            st.markdown(f"**{escape(name)}**")
            head_panel(seen[name], Head(stack, *chosen), place, units="words", same_scale=True)


def _shapes(controls: Controls) -> dict[str, object]:
    """The stacks, layers and heads of the sidebar's models that can be read; of the others, why not."""
    shapes: dict[str, object] = {}
    for name in controls.models:
        with problems(name):
            shapes[name] = shape(heads_of(attended_with_progress(name, controls)))
    return shapes


def _offered(controls: Controls, names: Iterable[str]) -> dict[str, int]:
    """These models of the sidebar's and, of each, the trained one and its random controls: name → place in the sidebar."""
    places = {name: controls.models.index(name) for name in names}
    for name, place in list(places.items()):
        for counterpart in (trained_name(name), *(with_control(name, control) for control in CONTROLS)):
            places.setdefault(counterpart, place)
    return places


def _choose_two(shapes: Mapping[str, object], names: list[str]) -> tuple[str, str]:
    before, after = _default(shapes, names)
    columns = st.columns(2)
    with columns[0]:
        first = st.selectbox(_("From"), names, index=names.index(before), key="from", bind="query-params")
    with columns[1]:
        second = st.selectbox(_("To"), names, index=names.index(after), key="to", bind="query-params")
    return str(first), str(second)


def _default(shapes: Mapping[str, object], names: list[str]) -> tuple[str, str]:
    """The first model and the next of the same shape, else the first and a random control of it."""
    first, *others = shapes
    for other in others:
        if shapes[other] == shapes[first]:
            return (other, first) if is_control(other) else (first, other)
    counterpart = next(name for name in names if trained_name(name) == trained_name(first) and name != first)
    return (first, counterpart) if is_control(first) else (counterpart, first)


def _pictures(rows: pd.DataFrame, words: Quantity, note: str) -> tuple[int, int]:
    """The grid, the scatter and the table; the result is the head that is chosen."""
    model_a, model_b = str(rows["model_a"].iloc[0]), str(rows["model_b"].iloc[0])
    finding = _finding(rows, words, model_a, model_b)
    st.markdown(f"{escape(finding)} {words.explanation}")
    badge(int(rows["n"].max()))
    pictures = st.container()
    chosen = _choose_head(rows)
    with pictures:
        grid, scatter, most = st.tabs([_("Head by head"), _("One against the other"), _("Most changed")])
    title = _("difference")
    answering = {"selection_mode": charts.PICKED, "alt_text": finding}
    with grid:
        wide, narrow = wide_and_narrow("difference")
        with wide:
            draw(
                charts.head_grid(
                    rows, measure=words.code, title=title, difference=True, chosen=chosen, clicks=clicks()
                ),
                key="difference",
                on_select=lambda: _open("difference"),
                **answering,
            )
        with narrow:
            draw(charts.strongest(rows, title=title, end="farthest"), key="most-changed", alt_text=finding)
    with scatter:
        draw(
            charts.before_after(rows, title=words.axis, chosen=chosen, clicks=clicks()),
            key="before-after",
            on_select=lambda: _open("before-after"),
            **answering,
        )
        st.caption(
            _(
                "One mark is one head. On the broken line both models give the same; the farther from it, the more differs."
            )
        )
    with most:
        _table(rows, model_a, model_b)
        export_panel(
            lambda: charts.before_after(rows, title=words.axis, chosen=chosen),
            rows,
            key="difference",
            name=f"{model_a} {model_b} {words.code}",
            note=note,
        )
    _caution(rows, model_a, model_b)
    return chosen


def _finding(rows: pd.DataFrame, words: Quantity, model_a: str, model_b: str) -> str:
    known = rows.dropna(subset="value")
    top = known.loc[known["value"].abs().idxmax()]
    return _(
        "From {a} to {b}, {title} rises in {up} heads and falls in {down}. It changes most in {head}: from {before:.2f} to {after:.2f}."
    ).format(
        a=model_a,
        b=model_b,
        title=words.axis,
        up=(known["value"] > 0).sum(),
        down=(known["value"] < 0).sum(),
        head=head_name(top["layer"], top["head"]),
        before=top["a"],
        after=top["b"],
    )


def _choose_head(rows: pd.DataFrame) -> tuple[int, int]:
    """The head that a person chose or clicked, else the one that differs most."""
    known = rows.dropna(subset="value")
    top = known.loc[known["value"].abs().idxmax()]
    label = _("The most changed: {name}").format(name=head_name(top["layer"], top["head"]))
    click = _("The same as a click on a head above.")
    name = choose_or_leave(_("Head"), list(head_names(known)), label, key=CHOSEN, help_text=click)
    return (Head.parse(name, str(top["stack"])) if name else Head.of_row(top)).cell


def _open(chart: str) -> None:
    place = picked(chart)
    if place:
        st.session_state[CHOSEN] = head_name(*place)


def _table(rows: pd.DataFrame, model_a: str, model_b: str) -> None:
    ordered = rows.reindex(rows["value"].abs().sort_values(ascending=False, kind="stable").index)
    intervals = [] if ordered["low"].isna().all() else ["low", "high", "n"]
    number = st.column_config.NumberColumn
    columns = {
        "name": st.column_config.TextColumn(_("head")),
        "a": number(model_a, format="%.3f"),
        "b": number(model_b, format="%.3f"),
        "value": number(_("difference"), format="%+.3f"),
    }
    st.dataframe(
        ordered.assign(name=head_names(ordered))[["name", "a", "b", "value", *intervals]],
        hide_index=True,
        height=380,
        column_config=columns,
    )


def _caution(rows: pd.DataFrame, model_a: str, model_b: str) -> None:
    """How far it may be believed."""
    if rows["low"].isna().all():
        st.caption(_("Without intervals: on other pairs the same heads may differ less, or the other way round."))
    else:
        known = rows.dropna(subset=["low", "high"])
        apart = int(((known["low"] > 0) | (known["high"] < 0)).sum())
        st.caption(
            _(
                "Of {heads} heads, {apart} differ beyond what the choice of pairs explains: the 95 % interval of the difference, both models resampled together, leaves out 0."
            ).format(heads=len(known), apart=apart)
        )
    controls = {control_of(name) for name in (model_a, model_b)}
    if RANDOM in controls and None in controls:
        st.caption(
            _(
                "@random is not where training began: its weights are drawn anew, so its heads have no history in common with the trained ones. Read it as what the architecture does by itself; the rest is what training taught."
            )
        )
    if SHUFFLED in controls and None in controls:
        st.caption(
            _(
                "@shuffled holds the trained weights, each matrix’s in a random order: what it shares with the trained model comes from the architecture and the size of the weights, not from what was learned."
            )
        )
