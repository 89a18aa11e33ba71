"""Which heads of two models are counterparts, by a run over many pairs."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from mhattn_core import charts
from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.matching.counterparts import counterparts
from mhattn_core.findings.matching.matched import Matched, matched, stack_pairs, ways
from mhattn_core.findings.matching.pair import ends_of, matched_pair
from mhattn_core.findings.relations.words import direction_labels
from mhattn_core.findings.runs.evidence import Evidence
from mhattn_core.locale import _
from mhattn_core.measures.matching.assignment import MatchBy
from mhattn_core.measures.quantities import quantity
from mhattn_core.models.control_names import is_control
from mhattn_core.runs.run import Run
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose, choose_or_leave
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import evidence_with, say_origin
from mhattn_core.ui.head_panel import live_heads
from mhattn_core.ui.names import known_names
from mhattn_core.ui.navigation import link
from mhattn_core.ui.panel import panel
from mhattn_core.ui.quantity_choice import choose_quantity
from mhattn_core.ui.show import say, show

KEY = "matched"
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
    found = matched(run, a, b, by, stacks)
    finding = counterparts(run, a=a, b=b, by=by, stacks=stacks)
    say(finding)
    if not found.is_tested:
        st.info(prose("matches_of_earlier_version"))
    if by == "profile" and not found.has_relations:
        st.info(prose("no_relations_measured"))
    place = st.container()
    chosen = _choose_pair(found)
    with place:
        picks = (charts.PICKED, f"{charts.PICKED}_b")
        show(finding, key=KEY, on_pick=partial(_open, found), picks=picks, sentence=False, chosen=chosen)
    say_origin(evidence)
    st.caption(f"**{quantity(by).distance_axis}** · {quantity(by).explanation}")
    if chosen is not None:
        show(matched_pair(found, chosen, direction_labels()), key="matched-profiles")
        live_heads(ends_of(found, chosen), controls)


def _evidence(controls: Controls) -> Evidence | None:
    """A run that matched heads; without one, what there is to do."""
    try:
        return evidence_with(controls, "matches")
    except Problem as problem:
        st.info(escape(problem.happened))
        st.markdown(prose("matched_over_runs"))
        link("Runs", _("Measure pairs under Data"))
        return None


def _choose_models(run: Run, controls: Controls) -> tuple[str, str]:
    """Two models that the run matched: by default the sidebar's first two, else the run's first two that were trained."""
    table = run.matches
    pairs = set(table[["model_a", "model_b"]].dropna().drop_duplicates().itertuples(index=False, name=None))
    pairs |= {(b, a) for a, b in pairs}
    if not pairs:
        raise Problem(
            _("The run has one model, and nothing to match it with."), _("Choose a run of two models or more.")
        )
    names = [name for name in run.models if any(name in pair for pair in pairs)]
    trained = [name for name in names if not is_control(name)]
    wanted = [name for name in controls.models if name in names and not is_control(name)]
    first = (wanted or trained or names)[0]
    columns = st.columns(2)
    with columns[0]:
        a = choose(_("Heads of"), {name: known_names().name(name) for name in names}, key=OF, default=first)
    others = [name for name in names if (a, name) in pairs]
    likely: Sequence[str] = [
        name for name in (*controls.models, *trained) if name in others and not is_control(name)
    ] or others
    with columns[1]:
        b = choose(
            _("matched with heads of"),
            {name: known_names().name(name) for name in others},
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


def _open(found: Matched, mark: Mapping[str, object]) -> None:
    # A click beside the pairs, on a head without a partner or a name, carries none.
    for pair in found.table.index.intersection([mark.get("pair")])[:1]:
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
