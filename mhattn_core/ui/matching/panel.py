"""Which heads of two models are counterparts, by a run over many pairs."""

from collections.abc import Sequence

import altair as alt
import streamlit as st

from mhattn_core import charts
from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape, plain
from mhattn_core.locale import _
from mhattn_core.measures.matching.assignment import MatchBy
from mhattn_core.measures.quantities import Quantity, quantity
from mhattn_core.models.control_names import is_control
from mhattn_core.runs import Run
from mhattn_core.ui.choices import choose, choose_or_leave, open_tab
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import Evidence, evidence_with, say_evidence
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.matching.data import Matched, matched, stack_pairs, ways
from mhattn_core.ui.matching.pair import matched_pair
from mhattn_core.ui.matching.table import matched_table
from mhattn_core.ui.model_heads import CLICKS, clicks
from mhattn_core.ui.navigation import link
from mhattn_core.ui.page import draw, wide_and_narrow
from mhattn_core.ui.panel import panel
from mhattn_core.ui.quantity_choice import choose_quantity

KEY = "matched"
LISTED = 9
"""The last of the pairs that a narrow screen lists, from 0."""
OF, WITH = "matched-of", "matched-with"
CHOSEN = "match"
"""State keys, and parameters of the address: the two models, and the first one's head."""


@panel
def matched_panel(controls: Controls) -> None:
    """The tab *matched heads*; a click on a head redraws it and not the page."""
    evidence = _evidence(controls)
    if evidence is None:
        return
    run = evidence.run
    a, b = _choose_models(run, controls)
    stacks, by = _choose_way(run, a, b)
    words = quantity(by)
    found = matched(run, a, b, by, stacks)
    said = finding(found)
    st.markdown(said)
    # Patterns and outputs are compared on some of the run's pairs only.
    say_evidence(evidence, pairs=int(found.table["n"].max()))
    st.caption(f"**{words.distance_axis}** · {words.explanation}")
    if not found.is_tested:
        st.info(
            _(
                "This run's matches were judged by an earlier version, by whether they are stable: too many are called "
                "shared roles. Measure its pairs again."
            )
        )
    if by == "profile" and not found.has_relations:
        st.info(
            _(
                "This run measured no relations: its profiles hold how heads look (near or far, evenly or not), not what they find."
            )
        )
    place = st.container()
    chosen = _choose_pair(found)
    with place:
        _views(found, words, said, chosen)
    if chosen is not None:
        matched_pair(found, chosen, controls)


def _evidence(controls: Controls) -> Evidence | None:
    """A run that matched heads; without one, what there is to do."""
    try:
        return evidence_with(controls, "matches")
    except Problem as problem:
        st.info(escape(problem.happened))
        st.markdown(
            _(
                "Heads are matched over a run, never on one pair: on one sentence any head of position finds a hundred counterparts. Measure pairs with two models or more and “matches”; with “relations” besides, profiles hold what heads find. The tab “One measure” shows which heads are nearest on this pair."
            )
        )
        link("Runs", _("Measure pairs under Runs"))
        return None


def _choose_models(run: Run, controls: Controls) -> tuple[str, str]:
    """Two models that the run matched: by default the sidebar's first two, else the run's first two that were trained."""
    table = run.matches
    pairs = set(table[["model_a", "model_b"]].drop_duplicates().itertuples(index=False, name=None))
    pairs |= {(b, a) for a, b in pairs}
    if not pairs:
        raise Problem(
            _("The run has one model, and nothing to match it with."), _("Choose a run of two models or more.")
        )
    names = [name for name in run.models if any(name in pair for pair in pairs)]
    trained = [name for name in names if not is_control(name)]
    wanted = [name for name in controls.models if name in names and not is_control(name)]
    first = (wanted or trained or names)[0]
    if st.session_state.get(OF, first) not in names:
        st.session_state[OF] = first  # a model of another run
    columns = st.columns(2)
    with columns[0]:
        a = str(st.selectbox(_("Heads of"), names, index=names.index(first), key=OF, bind="query-params"))
    others = [name for name in names if (a, name) in pairs]
    likely: Sequence[str] = [
        name for name in (*controls.models, *trained) if name in others and not is_control(name)
    ] or others
    with columns[1]:
        b = choose(
            _("matched with heads of"),
            {name: name for name in others},
            key=WITH,
            default=likely[0],
            help_text=_("@random and @shuffled show what chance matches."),
        )
    return a, b


def _choose_way(run: Run, a: str, b: str) -> tuple[str, MatchBy]:
    offered = stack_pairs(run, a, b)
    stacks = offered[0]
    if len(offered) > 1:
        # The names of stacks are the library's own in every language, as in tables and addresses.
        default = "cross" if "cross" in offered else stacks
        stacks = choose(_("Stack"), {name: name for name in offered}, key="matched-stack", default=default, pills=True)
    can = ways(run, a, b, stacks)
    by = choose_quantity(_("Matched by"), {name: quantity(name) for name in can}, key="matched-by", pills=True).code
    return stacks, next(name for name in can if name == by)


def finding(found: Matched) -> str:
    """The sentence above the picture, in Markdown: how many heads have a counterpart, how many can have, and how many
    would with random weights.
    """
    names = {"a": escape(found.a), "b": escape(found.b), "heads": len(found.table), "shared": found.shared}
    if not found.shared:
        sentences = [
            _("**No evidence**: none of the {heads} heads of {a} has a counterpart in {b} that chance would not give.")
        ]
    else:
        sentences = [_("**{shared} of {heads} heads of {a} have a counterpart in {b}** (shared role).")]
    if found.attainable is not None:
        sentences.append(_("In {a} itself, on other pairs, {attainable} are found again."))
    if found.random is not None:
        sentences.append(_("With random weights in the place of {b}'s: {random}."))
    return " ".join(sentences).format(attainable=found.attainable, random=found.random, **names)


def _views(found: Matched, words: Quantity, said: str, chosen: int | None) -> None:
    if open_tab({"links": _("Links"), "table": _("Table")}, key="matched-view") == "table":
        matched_table(found, words)
        return
    partnered, clicked = found.partnered, clicks()

    def chart() -> alt.LayerChart:
        return charts.matched_heads(partnered, found.heads, title=words.distance_axis, chosen=chosen, clicks=clicked)

    wide, narrow = wide_and_narrow(KEY)
    with wide:
        draw(
            chart(),
            key=KEY,
            on_select=lambda: _open(found),
            selection_mode=[charts.PICKED, f"{charts.PICKED}_b"],
            alt_text=plain(said),
        )
        st.caption(
            _(
                "One square is one head; first layers stand on top and last ones below, whatever their number. Thick "
                "lines and filled squares: shared role, a pair that is nearer than made-up heads with the same "
                "covariance come (5 % of false ones over all heads), mutual, and the same on both halves of the pairs. "
                "Faint lines are what is left of the assignment, which always finds a partner for everybody: no "
                "counterparts. A click on a square opens the pair."
            )
        )
    with narrow:
        st.dataframe(
            partnered.loc[:LISTED, ["name_a", "name_b", "verdict", "cost"]],
            hide_index=True,
            column_config={
                "name_a": st.column_config.TextColumn(found.a, width=75),
                "name_b": st.column_config.TextColumn(found.b, width=75),
                "verdict": st.column_config.TextColumn(_("verdict"), width=115),
                "cost": st.column_config.NumberColumn(words.distance_axis, format="%.3f", width=85),
            },
        )
        st.caption(_("The ten nearest pairs, shared roles first; all heads are in the table."))
    export_panel(chart, found.table, key=KEY, name=f"{found.a} {found.b} {found.by}", note=f"run {found.run.id}")


def _open(found: Matched) -> None:
    selection = st.session_state[KEY].selection
    clicked = [row.get("pair") for name in (charts.PICKED, f"{charts.PICKED}_b") for row in selection.get(name, [])]
    st.session_state[CLICKS] = clicks() + 1
    # A click beside the pairs, on a head without a partner or a name, carries none.
    for pair in found.table.index.intersection(clicked)[:1]:
        st.session_state[CHOSEN] = found.table.loc[pair, "name_a"]


def _choose_pair(found: Matched) -> int | None:
    """The pair that a person chose or clicked, else the nearest shared role, else the nearest pair."""
    partnered = found.partnered
    if partnered.empty:
        return None
    labels = {row.name_a: f"{row.name_a} – {row.name_b}" for row in partnered.itertuples()}
    first = partnered.iloc[0]
    automatic = (_("The nearest shared role: {pair}") if first["shared"] else _("The nearest pair: {pair}")).format(
        pair=labels[first["name_a"]]
    )
    name = choose_or_leave(
        _("Pair of heads"), labels, automatic, key=CHOSEN, help_text=_("The same as a click on a head above.")
    )
    return int(first["pair"] if name is None else partnered.loc[partnered["name_a"] == name, "pair"].iloc[0])
