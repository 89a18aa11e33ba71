"""All matches of two models as a table."""

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.ui.matched.data import Matched
from mhattn_core.ui.words import Words


def matched_table(found: Matched, words: Words) -> None:
    """Shared roles first, the cheapest first; then the others, and last the heads without a partner."""
    number = st.column_config.NumberColumn
    rows = found.table.sort_values(["shared", "cost"], ascending=[False, True])
    only = {"profile": ["held_out"], "js": ["position_only"], "cka": []}[found.by]
    st.dataframe(
        rows[["name_a", "name_b", "verdict", "cost", "null95", "depth95", "stability", "mutual", *only]],
        hide_index=True,
        height=420,
        column_config={
            "name_a": st.column_config.TextColumn(found.a),
            "name_b": st.column_config.TextColumn(found.b),
            "verdict": st.column_config.TextColumn(_("verdict")),
            "cost": number(words.title, format="%.3f"),
            "null95": number(
                _("best of nulls, 5 %"),
                format="%.3f",
                help=_(
                    "The cost that the nearest head undercuts in 5 % of draws, with features that belong to no head and with random weights."
                ),
            ),
            "depth95": number(
                _("same depth, 5 %"), format="%.3f", help=_("What 5 % of the heads at the same depth undercut.")
            ),
            "stability": number(_("same match in resamples"), format="percent"),
            "mutual": st.column_config.CheckboxColumn(_("each other's nearest")),
            "held_out": number(
                _("correlation on the other half"),
                format="%.2f",
                help=_(
                    "Heads are matched on one half of the pairs; this is how their profiles correlate on the other."
                ),
            ),
            "position_only": number(
                _("position alone"),
                format="%.3f",
                help=_(
                    "The cost of the nearest head that sees positions alone: a match that is no nearer is one of positions."
                ),
            ),
        },
    )
    st.caption(
        _("{mutual:.0%} of the heads with a partner are each other's nearest. Costs over {n} pairs.").format(
            mutual=found.partnered["mutual"].mean(), n=f"{int(rows['n'].max()):,}"
        )
    )
