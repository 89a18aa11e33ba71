"""Whether two heads cover for each other: both off together, against each off alone."""

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.attention import AttentionResult
from mhattn_core.charts.interactions import LISTED
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantities
from mhattn_core.ui.ablation.choice import choose_quantity
from mhattn_core.ui.ablation.data import PAIRED, AblationContext, Measured, costliest_together, from_run, two_off
from mhattn_core.ui.ablation.switches import last_off
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.page import badge, draw


def cover_view(found: AblationContext, fox: tuple[AttentionResult, list[Head]] | None) -> None:
    """Below the vote. fox: the note's sentence through a model that reads it, and the heads that look hardest at its
    subject.
    """
    measured = from_run(found, "interactions") or _on_pair(found, fox)
    if measured is None:
        return
    if measured.table.empty:
        st.info(_("Whether heads cover for one another takes two of them."))
        return
    quantity = choose_quantity(measured.table)
    rows = measured.table[measured.table["quantity"] == quantity]
    said = finding(rows)
    st.markdown(escape(said))
    badge(measured.pairs)
    title = _("interaction: together less each alone · {title}").format(title=quantities()[quantity].change_axis)
    draw(charts.interactions(rows, title=title), key="interactions", alt_text=said)
    st.caption(
        _(
            "Right of 0: losing both costs more than the sum, so each covers for the other, and switching off one at a time understates both. Left of 0: the two do the same harm, which is done once only."
        )
    )
    if len(rows) > LISTED:
        st.caption(_("Drawn are the {listed} strongest; all stand in the table.").format(listed=LISTED))
    export_panel(
        lambda: charts.interactions(rows, title=title),
        rows,
        key="interactions",
        name=f"{rows['model'].iloc[0]} interactions",
        note=measured.source,
    )
    with st.expander(_("Table"), icon=":material/table:"):
        st.dataframe(rows.drop(columns=["model"]), hide_index=True)


def finding(rows: pd.DataFrame) -> str:
    """How many pairs of heads cover for each other, and which one most; or which one comes nearest to it."""
    covering = int((rows["low"].fillna(rows["interaction"]) > 0).sum())
    top = rows.loc[rows["interaction"].idxmax()]
    if not covering:
        said = _("Of {pairs} pairs of heads none covers for each other beyond doubt; {a} and {b} come nearest: ")
    elif rows["low"].isna().all():
        said = _(
            "Of {pairs} pairs of heads {covering} cost more together than one by one on this pair, most of all {a} and {b}: "
        )
    else:
        said = _("Of {pairs} pairs of heads {covering} cover for each other, most of all {a} and {b}: ")
    return (said + _("alone {delta_a:+.3f} and {delta_b:+.3f}, together {both:+.3f}.")).format(
        pairs=len(rows),
        covering=covering,
        a=Head(top["stack"], int(top["layer_a"]), int(top["head_a"])).full_name,
        b=Head(top["stack_b"], int(top["layer_b"]), int(top["head_b"])).full_name,
        delta_a=top["delta_a"],
        delta_b=top["delta_b"],
        both=top["delta_both"],
    )


def _on_pair(found: AblationContext, fox: tuple[AttentionResult, list[Head]] | None) -> Measured | None:
    """Of the heads that a person chooses: the pair's costliest, those of the vote on its own sentence, or those that
    are off on the bench.
    """
    chosen = last_off(found.seen)[:PAIRED]
    labels = {"costliest": _("the costliest on this pair")}
    if fox is not None:
        labels["voters"] = _("those that look hardest at fox")
    if len(chosen) > 1:
        labels["chosen"] = _("those off on the live bench")
    which = "costliest"
    if len(labels) > 1:
        which = st.segmented_control(
            _("Which heads"),
            list(labels),
            default=which,
            required=True,
            format_func=labels.__getitem__,
            key=f"cover-{len(labels)}",
        )
    if which == "voters" and fox is not None:
        return two_off(*fox)
    return two_off(found.seen, chosen) if which == "chosen" else costliest_together(found)
