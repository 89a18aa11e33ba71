"""Weights or norms: what a head attends to, and how much comes from there."""

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name, head_names
from mhattn_core.locale import _
from mhattn_core.ui.contributions.choice import choose_head, take_head
from mhattn_core.ui.contributions.data import Fused, Norms, norms
from mhattn_core.ui.contributions.positions import positions_view
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_internals.data import axes
from mhattn_core.ui.model_heads import clicks, picked
from mhattn_core.ui.page import badge, draw

HALF = 0.5
ALL_HEADS = "norms-heads"


def norms_view(model: Fused, _summed: list[Fused], _controls: Controls) -> None:
    """The tab *norms*."""
    found = norms(model.seen, model.stack)
    heads, row = st.columns(2)
    with row:
        chosen = choose_head(model)
        _row(model, found, chosen)
    with heads:
        _heads(model, found, chosen)
    st.caption(
        _(
            "Weight: what the softmax gives. Length: the weight times the length of the value through W_O, which is what comes of it (Kobayashi et al. 2020). A head that has nothing to say of a word can put its weight on a token with a short value; it attends, and adds next to nothing. Lengths of single keys do not add up to the length of the sum: vectors may cancel."
        )
    )
    with st.expander(_("This head at every position")):
        positions_view(model, found, chosen)
    with st.expander(_("All heads")):
        st.dataframe(
            found.heads.assign(name=head_names(found.heads)),
            hide_index=True,
            column_order=["name", "rank", "weight", "received"],
            column_config={
                "name": st.column_config.TextColumn(_("head")),
                "rank": st.column_config.NumberColumn(_("rank correlation of weights and lengths"), format="%.2f"),
                "weight": st.column_config.NumberColumn(_("attention on special tokens"), format="%.2f"),
                "received": st.column_config.NumberColumn(_("length from special tokens"), format="%.2f"),
            },
        )


def heads_finding(model: Fused, heads: pd.DataFrame) -> str:
    """How much of what goes to special tokens comes back, and where weights and lengths disagree."""
    ranks = heads.dropna(subset="rank").sort_values("rank")
    looking = heads[heads["weight"] > HALF]
    if ranks.empty:
        return _("This text is too short to rank keys by weight and by length.")
    told = _(
        "Weights and lengths rank keys alike in most heads: median correlation {median:.2f}, least in {head} ({least:.2f})."
    ).format(
        median=ranks["rank"].median(),
        head=head_name(int(ranks["layer"].iloc[0]), int(ranks["head"].iloc[0])),
        least=ranks["rank"].iloc[0],
    )
    if ranks["rank"].median() < HALF:
        told = _(
            "Weights and lengths rank keys differently: median correlation {median:.2f}, least in {head} ({least:.2f})."
        ).format(
            median=ranks["rank"].median(),
            head=head_name(int(ranks["layer"].iloc[0]), int(ranks["head"].iloc[0])),
            least=ranks["rank"].iloc[0],
        )
    if looking.empty:
        return (
            _("No head of {name} puts more than half of its attention on special tokens.").format(name=model.name)
            + " "
            + told
        )
    return (
        _(
            "{count} of {name}'s {heads} heads put more than half of their attention on special tokens, {weight:.0%} in the mean; of the length that they pass on {received:.0%} comes from there."
        ).format(
            count=len(looking),
            name=model.name,
            heads=len(heads),
            weight=looking["weight"].mean(),
            received=looking["received"].mean(),
        )
        + " "
        + told
    )


def _heads(model: Fused, found: Norms, chosen: tuple[int, int]) -> None:
    said = heads_finding(model, found.heads)
    st.markdown(escape(said))
    badge()
    rows = found.heads.assign(model=model.name).rename(columns={"weight": "x", "received": "y"})
    clicked = clicks()

    def scatter() -> alt.LayerChart:
        return charts.head_scatter(
            rows,
            x=_("share of attention on special tokens"),
            y=_("share of the length from special tokens"),
            splits=(HALF, HALF),
            chosen=chosen,
            clicks=clicked,
        )

    draw(
        scatter(),
        key=ALL_HEADS,
        on_select=lambda: take_head(model, picked(ALL_HEADS)),
        selection_mode=charts.PICKED,
        alt_text=said,
    )
    st.caption(
        _(
            "A mark a head, means over the words; a click opens it. Below right: heads that attend to special tokens and take little from them."
        )
    )
    export_panel(scatter, rows, key=ALL_HEADS, name=f"{model.source} weights and norms", note=model.source)


def row_table(model: Fused, found: Norms, chosen: tuple[int, int]) -> pd.DataFrame:
    """word, position, special, series, value: for the chosen word and head, each key's share of the attention and of
    the length.
    """
    keys = axes(model.seen, model.stack)[1]
    series = {_("attention"): found.weights, _("length of what comes of it"): found.received}
    parts = []
    for name, values in series.items():
        row = values[*chosen, model.unit].astype(float)
        share = row / row.sum() if row.sum() > 0 else np.zeros_like(row)
        special = [not side for side in keys.axis.sides]
        parts.append(
            pd.DataFrame(
                {"word": keys.labels, "position": range(len(share)), "special": special, "series": name, "value": share}
            )
        )
    return pd.concat(parts, ignore_index=True)


def _row(model: Fused, found: Norms, chosen: tuple[int, int]) -> None:
    table = row_table(model, found, chosen)
    weights, lengths = (part.set_index("position") for _name, part in table.groupby("series", sort=False))
    first, second = int(weights["value"].idxmax()), int(lengths["value"].idxmax())
    name = head_name(*chosen)
    if first == second:
        said = _(
            "From “{word}” {head} attends most to “{key}” ({weight:.0%}), and most comes from there ({length:.0%})."
        )
    else:
        said = _(
            "From “{word}” {head} attends most to “{key}” ({weight:.0%}), from where {length:.0%} comes; most comes from “{other}” ({most:.0%})."
        )
    said = said.format(
        word=model.word,
        head=name,
        key=weights["word"][first],
        weight=weights["value"][first],
        length=lengths["value"][first],
        other=lengths["word"][second],
        most=lengths["value"][second],
    )
    st.markdown(escape(said))

    def bars() -> alt.LayerChart:
        return charts.word_bars(table, title=_("share of the row"))

    draw(bars(), key="norms-row", alt_text=said)
    st.caption(_("Shares of one row; special tokens are pale."))
    export_panel(bars, table, key="norms-row", name=f"{model.source} {name} weights and lengths", note=model.source)
