"""One finished run and what it says."""

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.measures.quantities import Quantity, of_family
from mhattn_core.runs import Run
from mhattn_core.runs.store import Saved
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.page import badge, draw, problems
from mhattn_core.ui.quantity_choice import names_in_tables, titles
from mhattn_core.ui.reproduce import reproduce_run
from mhattn_core.ui.runs.known import known_runs, opened, show_run, shown_run
from mhattn_core.ui.runs.tables import tables_of, what_to_do
from mhattn_core.ui.runs.words import origin, run_label

STACKS = ("cross", "encoder", "decoder")


def opened_run() -> None:
    """The tab in which a saved run is read: the one in the address, else the first that ships."""
    run = _choose()
    if run is None:
        return
    with problems():
        tables = opened(run)
        if tables.heads.empty:
            rows = tables.heads
            st.info(
                _(
                    "This run holds no basic measures, so there is nothing to draw here. What it did measure ({measures}) stands on the pages of these measures, with the run chosen as evidence in the sidebar, and in the download."
                ).format(measures=escape(", ".join(tables.manifest.measures)))
            )
        else:
            rows, measure = _choose_rows(tables)
            _picture(rows, measure, tables.id)
        what_to_do(run, tables)
        tables_of(tables, rows)
        st.caption(
            f"{escape(origin(run))} "
            + _("Run {id}, mhattn {version}.").format(id=f"`{tables.id}`", version=tables.manifest.version)
        )
        reproduce_run(tables.manifest)


def _choose() -> Saved | None:
    state = st.session_state
    asked, named = shown_run()
    if asked and named is None:
        st.info(_("The run that this link names is not here: it was deleted, or belongs to another copy."))
    runs = {run.key: run for run in known_runs() if run.finished}
    if not runs:
        st.info(_("There is no finished run yet. Measure pairs under the other tab."))
        return None
    labels = {key: run_label(run) for key, run in runs.items()}
    if state.get("run-shown") not in labels or state.get("run-asked") != asked:
        state["run-asked"] = asked
        state["run-shown"] = asked if asked in labels else next(iter(labels))
    key = st.selectbox(_("Run"), list(labels), format_func=labels.__getitem__, key="run-shown", on_change=_write)
    return runs[key]


def _write() -> None:
    show_run(st.session_state["run-shown"])
    st.session_state["run-asked"] = st.session_state["run-shown"]


def _choose_rows(run: Run) -> tuple[pd.DataFrame, Quantity]:
    """Rows of one measure, stack and group."""
    heads = run.heads
    words = {name: one for name, one in of_family("basic").items() if name in set(heads["measure"])}
    names = titles(words)
    several = heads.groupby("model")["stack"].nunique().gt(1).any()
    stacks = [stack for stack in STACKS if stack in set(heads["stack"])]
    groups = sorted(set(heads["group"]))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure = st.selectbox(
            _("Measure"),
            list(names),
            format_func=names.__getitem__,
            key="run-measure",
            help=names_in_tables(words.values()),
        )
        stack = stacks[0]
        if several:
            stack = str(st.segmented_control(_("Stack"), stacks, default=stacks[0], required=True, key="run-stack"))
        group = ""
        if len(groups) > 1:
            all_pairs = _("all pairs")
            group = str(st.selectbox(_("Group"), groups, format_func=lambda name: name or all_pairs, key="run-group"))
    chosen = (heads["measure"] == measure) & (heads["group"] == group)
    # An encoder has no cross-attention: it is shown beside it by what it has.
    shown = (
        heads[chosen]
        .groupby("model", sort=False, group_keys=False)[heads.columns]
        .apply(lambda rows: rows[rows["stack"] == (stack if stack in set(rows["stack"]) else rows["stack"].iloc[0])])
    )
    return shown, words[measure]


def _picture(rows: pd.DataFrame, words: Quantity, run_id: str) -> None:
    """Two sentences, what is seen and how far to believe it, and the chart."""
    known = rows.dropna(subset="value")
    if known.empty:
        st.info(_("No head of this run has a value of this measure. {reads}").format(reads=words.reads))
        return
    top = known.loc[known["value"].idxmin() if words.direction == "lowest" else known["value"].idxmax()]
    said = finding(top, words)
    sure = _(
        "Half of the heads have an interval narrower than {width:.3f}: smaller differences between two heads may come from the choice of sentences."
    ).format(width=(known["high"] - known["low"]).median())
    st.markdown(escape(f"{said} {sure}"))
    badge(int(known["n"].max()))
    st.caption(f"**{words.axis}** · {words.explanation}")
    chart = charts.distributions(known, title=words.axis, chosen=(top["model"], top["layer"], top["head"]))
    draw(chart, key="run-chart", alt_text=said)
    export_panel(lambda: chart, known, key="run-chart", name=f"run-{run_id}-{top['measure']}", note=f"run {run_id}")
    st.caption(
        _(
            "One mark is one head; in each line the first layers stand above and the last below. The grey box holds the middle half of the heads, its line is the median; circled is the head named above."
        )
    )


def finding(top: pd.Series, words: Quantity) -> str:
    """The most telling head of all. top: its row."""
    message = (
        _(
            "Over {pairs} pairs, {title} is lowest in {head}: {value:.2f}, with a 95 % interval from {low:.3f} to {high:.3f}."
        )
        if words.direction == "lowest"
        else _(
            "Over {pairs} pairs, {title} is highest in {head}: {value:.2f}, with a 95 % interval from {low:.3f} to {high:.3f}."
        )
    )
    return message.format(
        pairs=f"{top['n']:,}",
        title=words.axis,
        head=ModelHead.of_row(top).name,
        value=top["value"],
        low=top["low"],
        high=top["high"],
    )
