"""Whether the model still prefers what grammar allows without a head: the run's minimal pairs."""

import pandas as pd
import streamlit as st

from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_names
from mhattn_core.locale import _
from mhattn_core.text.relations.names import relation_label
from mhattn_core.ui.ablation.data import AblationContext
from mhattn_core.ui.page import badge


def grammar_view(found: AblationContext) -> None:
    """Below the damage of each head, over a run that switched heads off."""
    run = found.run
    if run is None or not run.has("minimal_pairs") or found.name not in run.table("ablation")["model"].unique():
        return
    st.subheader(_("Right or wrong without a head"), anchor=False)
    st.markdown(
        _(
            "Minimal pairs written for this project: two sentences that differ in one word, of which grammar allows one, such as *The key near the tables is* or *are*. A head is called a specialist of a relation only if the model makes more mistakes there without it than without 95 % of its heads, and the interval of that lies above 0."
        )
    )
    table = run.table("minimal_pairs")
    rows = table[table["model"] == found.name]
    if rows.empty:
        st.info(
            _(
                "{name} has none: it has no language head, reads no language in which they are written, or with all its heads it is no better than chance. Its heads can be called pattern specialists at most."
            ).format(name=escape(found.name))
        )
        return
    shown = by_relation(rows)
    badge(int(shown["n"].max()))
    st.dataframe(
        shown,
        hide_index=True,
        column_config={
            "relation": st.column_config.TextColumn(_("relation")),
            "n": st.column_config.NumberColumn(_("minimal pairs")),
            "intact": st.column_config.NumberColumn(_("right, all heads on"), format="percent"),
            "head": st.column_config.TextColumn(_("the costliest head")),
            "delta": st.column_config.NumberColumn(_("right less often without it"), format="percent"),
            "p95": st.column_config.NumberColumn(_("95 % of heads cost at most"), format="percent"),
            "hurt": st.column_config.NumberColumn(_("heads above that")),
        },
    )
    st.caption(
        _(
            "English pairs ask for agreement, number after a determiner, and the form of a pronoun; Chinese ones for the second word of “although … but” and “because … so”. A translator is asked with the other language's sentence as its source, so one into English has the first three, one into Chinese the last two. A relation that the intact model gets no better than by chance is left out: there is nothing to lose."
        )
    )


def by_relation(rows: pd.DataFrame) -> pd.DataFrame:
    """A row for each relation: relation, n, intact, head (the costliest), delta, p95, hurt (how many heads cost more)."""
    top = rows.loc[rows.groupby("relation", sort=False)["delta"].idxmax()].set_index("relation")
    return pd.DataFrame(
        {
            "relation": [relation_label(relation) for relation in top.index],
            "n": top["n"].to_numpy(),
            "intact": top["intact"].to_numpy(),
            "head": head_names(top, stack=True).to_numpy(),
            "delta": top["delta"].to_numpy(),
            "p95": top["p95"].to_numpy(),
            "hurt": rows.groupby("relation", sort=False)["hurts"].sum()[top.index].to_numpy(),
        }
    )
