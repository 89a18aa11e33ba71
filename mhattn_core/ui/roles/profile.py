"""One head on every relation, against the best fixed offset."""

import streamlit as st

from mhattn_core import charts
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.text.relations import relation_label
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.page import draw, escape, plain
from mhattn_core.ui.roles.data import Roles, roles
from mhattn_core.ui.roles.words import labels_of


def role_profile(found: Roles, relation: str, chosen: ModelHead) -> None:
    """The head's whole profile, of every family: what it finds more often than a fixed offset does, and what not."""
    rows = roles(found.evidence, found.models, found.direction).profile(chosen)
    rows = rows.assign(label=rows["relation"].map(labels_of(list(rows["relation"]))))
    top = rows.iloc[0]
    said = _(
        "{head} does best on {relation}: {rate:.0%}, {gain:+.0f} points over the best fixed offset. It beats the offset by 10 points or more on {many} of {all} relations."
    ).format(
        head=f"**{escape(chosen.name)}**",
        relation=escape(relation_label(top["relation"])),
        rate=top["rate"],
        gain=100 * top["gain"],
        many=int((rows["gain"] >= 0.1).sum()),
        all=len(rows),
    )
    st.markdown(said)
    draw(charts.relation_profile(rows, chosen=relation), key="role-profile", alt_text=plain(said))
    st.caption(
        _(
            "Each line is a relation; the dot is the head's share of right answers, the tick the best fixed offset, a filled dot is above it. Over all items, few or many (n under the pointer): no verdict, only where to look. Circled: the relation chosen above."
        )
    )
    export_panel(
        lambda: charts.relation_profile(rows, chosen=relation),
        rows,
        key="role-profile",
        name=f"{chosen.name}-profile",
        note=found.evidence.note,
    )
