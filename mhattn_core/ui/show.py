"""A finding on a page: its sentence, how much it rests on, its chart, how to read it; its file, numbers and code."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from mhattn_core.charts import PICKED
from mhattn_core.findings.markdown import plain
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.model_heads import CLICKS, clicks
from mhattn_core.ui.names import known_names
from mhattn_core.ui.page import drawn_on_page, wide_and_narrow
from mhattn_core.ui.tables import show_table

Pick = Callable[[Mapping[str, Any]], object]


def show(
    finding: Finding,
    *,
    key: str,
    on_pick: Pick | None = None,
    picks: tuple[str, ...] = (PICKED,),
    sentence: bool = True,
    **on_screen: Any,
) -> None:
    """Everything that a page shows of a finding, in one order on every page.

    key: of the chart's widget; others are made of it. on_pick: takes the fields of the mark that was clicked, by the
    selections ``picks`` of the chart. sentence: whether the sentence and its badge stand above the chart; a page that
    has them elsewhere draws ``say``. on_screen: what the chart takes beside its table, such as ``chosen``.
    """
    finding = finding.short(known_names())
    if sentence:
        say(finding)
    if on_pick is not None:
        on_screen["clicks"] = clicks()
    wide, narrow = wide_and_narrow(key) if finding.draw_narrow else (st.container(), None)
    for where, name, make in ((wide, key, finding.draw), (narrow, f"{key}-narrow", finding.draw_narrow)):
        if where is None or make is None:
            continue
        selects: dict[str, Any] = {}
        spec = drawn_on_page(make(**on_screen))
        # A list for narrow screens may have nothing to click.
        clickable = {param["name"] for param in spec.get("params", [])}
        if on_pick is not None and clickable >= set(picks):
            selects = {"on_select": partial(_picked, name, picks, on_pick), "selection_mode": list(picks)}
        with where:
            st.vega_lite_chart(spec=spec, key=name, alt=plain(finding.sentence), **selects)
    if finding.reading:
        st.caption(finding.reading)
    take(finding, key)


def take(finding: Finding, key: str) -> None:
    """What a reader takes away of a finding: its file, its numbers, its code."""
    finding = finding.short(known_names())
    with st.container(horizontal=True):
        export_panel(finding.figure, finding.table, key=key, name=finding.name, note=finding.source)
        _numbers(finding, key)
        _code(finding, key)


def say(finding: Finding) -> None:
    """Its sentence, and how much it rests on."""
    st.markdown(f"{finding.short(known_names()).sentence} :gray-badge[:material/visibility: {finding.evidence}]")


def _numbers(finding: Finding, key: str) -> None:
    opened = st.popover(_("Table"), icon=":material/table:", type="tertiary", key=f"numbers-{key}", on_change="rerun")
    if opened.open:
        with opened:
            show_table(finding.table, of=finding.of, key=f"table-{key}")


def _code(finding: Finding, key: str) -> None:
    if finding.code:
        with st.popover(_("Reproduce"), icon=":material/code:", type="tertiary", key=f"code-{key}"):
            st.code(finding.code, language="python", wrap_lines=True)


def _picked(chart: str, picks: tuple[str, ...], on_pick: Pick) -> None:
    """What ``on_select`` calls: the first mark that was clicked; none where the click took a selection back."""
    selection = st.session_state[chart].selection
    st.session_state[CLICKS] = clicks() + 1
    for marks in (selection.get(name) for name in picks):
        if marks:
            on_pick({name: known_names().full(one) if isinstance(one, str) else one for name, one in marks[0].items()})
            return
