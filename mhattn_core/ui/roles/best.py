"""The best head of every relation on one axis, and what could not be judged."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from mhattn_core import charts
from mhattn_core.charts.glance import PICKED
from mhattn_core.findings.markdown import escape, plain
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.ui.choices import put
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.model_heads import CLICKS, clicks
from mhattn_core.ui.page import draw, wide_and_narrow
from mhattn_core.ui.roles.data import FEW, Roles, not_measurable
from mhattn_core.ui.roles.words import labels_of, strongest

CHART, NARROW = "best-heads", "best-heads-below"
RELATION, HEAD = "relation", "role"
"""Parameters of the address."""
MOST_DRAWN = 12
"""Relations; beyond that the reader narrows the family."""


def best_view(found: Roles, relation: str) -> None:
    """The best head of each relation on one axis."""
    rows = found.shown
    names = list(dict.fromkeys(rows["relation"]))
    drawn = names[:MOST_DRAWN]
    if relation not in drawn:
        drawn = [*drawn[:-1], relation]
    rows = rows[rows["relation"].isin(drawn)]
    labels, clicked = labels_of(names), clicks()
    said = plain(strongest(found))
    for place, chart in zip(wide_and_narrow(CHART), (CHART, NARROW), strict=True):
        with place:
            draw(
                charts.best_heads(rows, labels, chosen=relation, clicks=clicked, narrow=chart == NARROW),
                key=chart,
                on_select=partial(_open_picked, chart),
                selection_mode=PICKED,
                alt_text=said,
            )
    st.caption(
        _(
            "The mark is the best head, chosen on half of the sentences and reported on the other half, 50 times; the line is the 95 % interval of its gain over the best fixed offset, which is the grey bar; the red tick is what random weights reach. Filled: a verdict in its favour. n: words asked."
        )
    )
    if len(names) > len(drawn):
        st.caption(
            _(
                "Drawn: the {drawn} with the greatest gain of {all}; all are in the list and under “All numbers”."
            ).format(drawn=len(drawn), all=len(names))
        )
    left_out(found)
    export_panel(
        lambda: charts.best_heads(rows, labels),
        rows,
        key=CHART,
        name=f"roles-{found.family or 'all'}-{found.direction}",
        note=found.evidence.note,
    )


def left_out(found: Roles) -> None:
    """What cannot be judged, by name: too few items, or nothing to ask."""
    few = [
        name
        for name in dict.fromkeys(found.rows["relation"])
        if (found.of(name)["verdict"] == FEW).all() and name not in set(found.shown["relation"])
    ]
    none = not_measurable(found.evidence, found.models, found.family)
    parts = []
    if few:
        parts.append(_("Insufficient data: {names}.").format(names="; ".join(labels_of(few).values())))
    parts += [
        _("Not measurable: {names}. {reason}").format(
            names="; ".join(labels_of(list(own["relation"])).values()), reason=escape(reason)
        )
        for reason, own in none.groupby("reason", sort=False)
    ]
    if parts:
        st.caption(" ".join(parts))


def _open_picked(chart: str) -> None:
    found: list[Mapping[str, str | int]] = st.session_state[chart].selection.get(PICKED, [])
    st.session_state[CLICKS] = clicks() + 1
    if found:
        put(RELATION, str(found[0]["relation"]))
        put(HEAD, head_name(int(found[0]["layer"]), int(found[0]["head"]), model=str(found[0]["model"])))
