"""Which heads of one model have a counterpart in another."""

from functools import partial

import altair as alt

from mhattn_core import charts
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.matching.matched import Matched, matched, stack_pairs
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _, listed
from mhattn_core.measures.matching.assignment import MatchBy
from mhattn_core.measures.quantities import column, quantity
from mhattn_core.models.control_names import RANDOM, is_control
from mhattn_core.runs.run import Run

LISTED = 10
"""Pairs that a narrow screen shows."""


@of_run("matches")
def counterparts(run: Run, *, a: str = "", b: str = "", by: MatchBy = "profile", stacks: str = "") -> Finding:
    """The heads of two models that are matched, and which of the matches are shared roles."""
    if not a or not b:
        a, b = _two_models(run, a, b)
    return of_matched(matched(run, a, b, by, stacks or stack_pairs(run, a, b)[0]))


def of_matched(found: Matched) -> Finding:
    """The finding of two stacks."""
    title = quantity(found.by).distance_axis
    partnered = found.partnered
    return Finding(
        "counterparts",
        sentence(found),
        found.table,
        partial(charts.matched_heads, partnered, found.heads, title=title),
        _(
            "One square is one head; first layers stand on top and last ones below, whatever their number. Thick "
            "lines and filled squares: shared role, a pair that is nearer than made-up heads with the same "
            "covariance come (5 % of false ones over all heads), mutual, and the same on both halves of the pairs. "
            "Faint lines are what is left of the assignment, which always finds a partner for everybody: no "
            "counterparts. A click on a square opens the pair."
        )
        + " "
        + _("{mutual:.0%} of the heads with a partner are each other's nearest.").format(
            mutual=partnered["mutual"].mean() if len(partnered) else 0
        ),
        int(found.table["n"].max()),
        of="matches",
        draw_narrow=partial(_nearest, found, title),
    )


def sentence(found: Matched) -> str:
    """How many heads have a counterpart, how many can have, and how many would in a random control."""
    names = {"a": escape(found.a), "b": escape(found.b), "heads": len(found.table), "shared": found.shared}
    parts = [
        _("**1 of {heads} heads of {a} has a counterpart in {b}** (shared role).")
        if found.shared == 1
        else _("**{shared} of {heads} heads of {a} have a counterpart in {b}** (shared role).")
        if found.shared
        else _("**No evidence**: none of the {heads} heads of {a} has a counterpart in {b} that chance would not give.")
    ]
    if found.attainable is not None:
        parts.append(_("In {a} itself, on other pairs, {attainable} are found again."))
    for control, shared in found.controls.items():
        message = (
            _("With random weights in the place of {b}'s: {shared}.")
            if control == RANDOM
            else _("With {b}'s weights shuffled: {shared}.")
        )
        parts.append(message.format(b=names["b"], shared=shared))
    return " ".join(parts).format(attainable=found.attainable, **names)


def _nearest(found: Matched, title: str, **_on_screen: object) -> alt.LayerChart:
    """The ten nearest pairs, shared roles first."""
    rows = found.partnered.head(LISTED)
    named = rows.assign(name=rows["name_a"] + " – " + rows["name_b"], distance=rows["cost"], noise=rows["null95"])
    reference = column("matches", "null95").title
    return charts.nearest_heads(named[["name", "distance", "noise"]], title=title, model=found.a, reference=reference)


def _two_models(run: Run, a: str, b: str) -> tuple[str, str]:
    """The first two that the run matched, of these names where they are given, trained ones first."""
    pairs = run.matches[["model_a", "model_b"]].dropna().drop_duplicates()
    both = [
        *pairs.itertuples(index=False, name=None),
        *pairs[["model_b", "model_a"]].itertuples(index=False, name=None),
    ]
    fitting = [pair for pair in both if a in ("", pair[0]) and b in ("", pair[1])]
    if not fitting:
        raise NotAvailable(
            _("The run has nothing to match {a} with.").format(a=a or b),
            _("It has: {models}.").format(models=listed(run.models)),
        )
    one, other = min(fitting, key=lambda pair: sum(map(is_control, pair)))
    return str(one), str(other)
