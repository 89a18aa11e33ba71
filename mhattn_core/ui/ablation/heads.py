"""What it costs to switch off one head at a time, and whether one backward pass could have told."""

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import Head, head_name, head_names
from mhattn_core.locale import _
from mhattn_core.measures.quantities import column, quantities
from mhattn_core.measures.statistics import LEVEL
from mhattn_core.ui.ablation.choice import choose_quantity
from mhattn_core.ui.ablation.data import AblationContext, Measured, damage
from mhattn_core.ui.ablation.grammar import grammar_view
from mhattn_core.ui.choices import choose_or_leave
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_choice import choose_stack
from mhattn_core.ui.model_heads import clicks, picked
from mhattn_core.ui.page import badge, draw, wide_and_narrow
from mhattn_core.ui.quantity_choice import table_columns

KEY = "damage"
CHOSEN = "head"
NAMED = 3
SHOWN = ("intact", "ablated", "delta", "low", "high", "gradient_importance")
"""Columns of numbers that stand in the table."""


def heads_view(found: AblationContext) -> None:
    """The tab *heads*."""
    measured = damage(found)
    quantity = choose_quantity(measured.table)
    rows = measured.table[measured.table["quantity"] == quantity]
    words = quantities()[quantity]
    said = finding(rows, found.name)
    st.markdown(escape(said))
    badge(measured.pairs)
    st.caption(f"**{words.change_axis}** · {words.explanation}")
    stack = choose_stack(found.seen, found.place)
    own = rows[rows["stack"] == stack]
    pictures, importance = st.columns([3, 2], gap="large")
    with pictures:
        grid = st.container()
        chosen = _choose_head(own)
    with grid:
        _grid(own, measured, rows, chosen, said)
    with importance:
        _importance(own, measured, chosen)
    st.caption(
        _(
            "One head at a time understates what heads are worth: where two cover for each other, neither costs anything alone. The tab “Do others vote?” measures pairs of heads."
        )
    )
    with st.expander(_("Table"), icon=":material/table:"):
        st.dataframe(damage_table(rows), hide_index=True, column_config=table_columns("ablation", SHOWN))
    grammar_view(found)


def finding(rows: pd.DataFrame, name: str) -> str:
    """Two sentences: the costliest heads, and how many can go without harm."""
    top = rows.nlargest(NAMED, "delta")
    costly = ", ".join(
        f"{head.full_name} ({_signed(row)})" for head, row in zip(Head.of_table(top), top.itertuples(), strict=True)
    )
    first = _("Of {name}'s {heads} heads the costliest to lose, one at a time: {costly}.").format(
        name=name, heads=len(rows), costly=costly
    )
    if rows["quantity"].iloc[0] == "displacement":
        still = int((rows["delta"] < 0.01).sum())
        return (
            first
            + " "
            + _("{still} of them turn the sentence's vector by less than 0.01 when they are off.").format(still=still)
        )
    if rows["low"].notna().any():
        harmless = int((rows["low"] <= 0).sum())
        better = int((rows["high"] < 0).sum())
        return (
            first
            + " "
            + _(
                "For {harmless} of them no harm can be told: the interval of the cost reaches 0. For {better} of these it lies below, where chance alone would put {chance:.0f}: without them the model does better."
            ).format(harmless=harmless, better=better, chance=len(rows) * (1 - LEVEL) / 2)
        )
    better = int((rows["delta"] <= 0).sum())
    return (
        first + " " + _("Without {better} of them the model does as well or better on this pair.").format(better=better)
    )


def _signed(row: object) -> str:
    value, low, high = (getattr(row, name) for name in ("delta", "low", "high"))
    return f"{value:+.3f}" if pd.isna(low) else f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"


def _choose_head(rows: pd.DataFrame) -> tuple[int, int]:
    """The head that a person chose or clicked, else the costliest of the stack."""
    names = list(head_names(rows))
    costliest = names[int(rows["delta"].to_numpy().argmax())]
    name = choose_or_leave(
        _("Head"),
        names,
        _("The costliest: {name}").format(name=costliest),
        key=CHOSEN,
        help_text=_("The same as a click on a head above."),
    )
    chosen = Head.parse(name or costliest, str(rows["stack"].iloc[0]))
    row = rows.iloc[names.index(chosen.name)]
    st.markdown(
        _("**{head}**: {intact:.3f} with all heads, {ablated:.3f} without it ({change}).").format(
            head=chosen.full_name, intact=row["intact"], ablated=row["ablated"], change=_signed(row)
        )
    )
    return chosen.cell


def _grid(own: pd.DataFrame, measured: Measured, rows: pd.DataFrame, chosen: tuple[int, int], said: str) -> None:
    quantity = str(rows["quantity"].iloc[0])
    title = quantities()[quantity].change_axis
    drawn = own.assign(measure=quantity, value=own["delta"])
    signed = quantity != "displacement"
    domain = (min(0.0, float(rows["delta"].min())), float(rows["delta"].max()))
    clicked = clicks()
    wide, narrow = wide_and_narrow(KEY)

    def grid() -> object:
        return charts.head_grid(
            drawn, measure=quantity, title=title, domain=domain, difference=signed, chosen=chosen, clicks=clicked
        )

    with wide:
        draw(grid(), key=KEY, on_select=_open, selection_mode=charts.PICKED, alt_text=said)
        st.caption(
            _("A cell is a head that is off alone. One colour scale for all stacks of the model; a click opens a head.")
        )
    with narrow:
        draw(charts.strongest(drawn, title=title), key=f"{KEY}-strongest", alt_text=said)
        st.caption(_("The ten costliest heads of this stack."))
    export_panel(grid, own, key=KEY, name=f"{own['model'].iloc[0]} {own['stack'].iloc[0]} damage", note=measured.source)


def _importance(own: pd.DataFrame, measured: Measured, chosen: tuple[int, int]) -> None:
    """Gradient importance beside what was measured, with the rank correlation."""
    known = own.dropna(subset=["gradient_importance", "delta"])
    if len(known) < 3 or known["delta"].nunique() < 2:
        st.info(_("Gradient importance is not known here."))
        return
    agreement = float(known["gradient_importance"].corr(known["delta"].abs(), method="spearman"))
    said = _(
        "Gradient importance and the size of the measured cost agree in rank by {agreement:.2f} (Spearman; 1 is the same order, 0 none)."
    ).format(agreement=agreement)
    st.markdown(said)
    quantity = str(own["quantity"].iloc[0])
    drawn = known.assign(x=known["gradient_importance"], y=known["delta"])
    clicked = clicks()

    def scatter() -> object:
        return charts.head_scatter(
            drawn,
            x=column("ablation", "gradient_importance").axis,
            y=quantities()[quantity].change_axis,
            chosen=chosen,
            splits=(None, 0.0),
            clicks=clicked,
        )

    draw(scatter(), key=f"{KEY}-importance", on_select=_open_scatter, selection_mode=charts.PICKED, alt_text=said)
    st.caption(
        _(
            "One backward pass guesses what each head is worth; switching it off is the test. A head high up at the left was worth more than the guess."
        )
    )
    export_panel(
        scatter,
        known,
        key=f"{KEY}-importance",
        name=f"{own['model'].iloc[0]} gradient importance",
        note=measured.source,
    )


def damage_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as shown, the costliest first."""
    shown = rows.assign(name=head_names(rows, stack=True)).sort_values("delta", ascending=False)
    return shown[["name", "kind", "quantity", *SHOWN, "n"]]


def _open() -> None:
    _open_picked(KEY)


def _open_scatter() -> None:
    _open_picked(f"{KEY}-importance")


def _open_picked(chart: str) -> None:
    place = picked(chart)
    if place:
        st.session_state[CHOSEN] = head_name(*place)
