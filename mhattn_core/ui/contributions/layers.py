"""Through the layers: from which words of the input a word may have its information, by weights alone."""

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st
from scipy.stats import spearmanr

from mhattn_core import charts
from mhattn_core.attention import AttentionResult
from mhattn_core.attention.units import unit_weights
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.measures.fusion.rollout import MOST_EDGES, flow, rollout
from mhattn_core.ui.contributions.data import Fused
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_internals.data import axes
from mhattn_core.ui.page import badge, draw
from mhattn_core.ui.resources import HASHES


def layers_view(model: Fused, _summed: list[Fused], _controls: Controls) -> None:
    """The tab *layers*."""
    if model.stack == "cross":
        st.info(
            _(
                "Cross-attention reads another sentence in every layer, so there is no way through its layers to follow. Choose the stack encoder or decoder."
            )
        )
        return
    deepest = model.seen.model.attention.layers(model.stack)
    depth = 1
    if deepest > 1:
        depth = int(st.slider(_("Layers from the input"), 1, deepest, deepest, key=f"depth-{model.name}-{model.stack}"))
    table = layers_table(model, depth)
    said = finding(model, table, depth)
    st.markdown(escape(said))
    badge()

    def bars() -> alt.LayerChart:
        return charts.word_bars(table, title=_("from this word of the input"), framed=model.unit)

    draw(bars(), key="layers", alt_text=said)
    if table["series"].nunique() == 1:
        st.caption(_("Left out: the flow, which takes too long on so many tokens and layers."))
    st.caption(
        _(
            "Each layer is taken as half its heads' mean weights and half the word itself (the residual). Rollout multiplies the layers; its bars sum to 1 where no token is lost. Flow asks how much could pass at most, for each word on its own, so that its bars may sum to more. Both know weights only, not what is carried: read them as where information may come from, not where it does (Abnar and Zuidema 2020)."
        )
    )
    if model.stack == "decoder":
        st.warning(
            _(
                "Under a causal mask both lean to the first tokens, which all later ones see in every layer; the authors say so themselves. What else comes in by cross-attention is left out."
            )
            if "cross" in model.seen.stacks
            else _(
                "Under a causal mask both lean to the first tokens, which all later ones see in every layer; the authors say so themselves."
            ),
            icon=":material/warning:",
        )
    export_panel(bars, table, key="layers", name=f"{model.source} rollout and flow", note=model.source)


def layers_table(model: Fused, depth: int) -> pd.DataFrame:
    """word, position, special, series (rollout, and flow where it can be had), value, for every word and special token
    of the input.
    """
    keys = axes(model.seen, model.stack)[1]
    found = {_("rollout"): _rollout(model.seen, model.stack, depth)[model.unit]}
    edges = _edges(model.seen, model.stack, depth)
    if edges <= MOST_EDGES:
        found[_("flow")] = _flow(model.seen, model.stack, depth, model.unit)
    special = [not side for side in keys.axis.sides]
    parts = [
        pd.DataFrame(
            {"word": keys.labels, "position": range(len(values)), "special": special, "series": name, "value": values}
        )
        for name, values in found.items()
    ]
    return pd.concat(parts, ignore_index=True)


def finding(model: Fused, table: pd.DataFrame, depth: int) -> str:
    """What comes from the word itself, from which other word most, and whether rollout and flow agree."""
    series = [part for _name, part in table.groupby("series", sort=False)]
    rolled = series[0].set_index("position")
    others = rolled[~rolled["special"] & (rolled.index != model.unit)].sort_values("value", ascending=False)
    said = _(
        "After layer {layer} of {name}, rollout has “{word}” to {own:.0%} from itself and to {special:.0%} from special tokens."
    ).format(
        layer=depth - 1,
        name=model.name,
        word=model.word,
        own=rolled["value"][model.unit],
        special=rolled.loc[rolled["special"], "value"].sum(),
    )
    if len(others):
        said += " " + _("Of other words “{first}” comes first ({share:.0%}).").format(
            first=others["word"].iloc[0], share=others["value"].iloc[0]
        )
    if len(series) > 1 and len(rolled) > 2:
        agree = float(spearmanr(series[0]["value"], series[1]["value"]).statistic)
        said += " " + _("Rollout and flow rank the words with a correlation of {agree:.2f}.").format(agree=agree)
    return said


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def _rollout(seen: AttentionResult, stack: str, depth: int) -> np.ndarray:
    return unit_weights(rollout(seen.pattern(stack)[:depth])[-1], *axes(seen, stack))


def _edges(seen: AttentionResult, stack: str, depth: int) -> int:
    tokens = seen.pattern(stack).shape[-1]
    return depth * tokens * (tokens + 1) // 2 if stack == "decoder" else depth * tokens * tokens


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=HASHES)
def _flow(seen: AttentionResult, stack: str, depth: int, unit: int) -> np.ndarray:
    """Flow to a word: the mean over its pieces; from a word: the sum over its pieces."""
    queries, keys = axes(seen, stack)
    found = np.mean([flow(seen.pattern(stack)[:depth], piece) for piece in queries.pieces(unit)], axis=0)
    return np.asarray(found @ keys.axis.shares)
