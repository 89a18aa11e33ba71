"""Overlap: how what the heads of one layer add lies to one another."""

from dataclasses import replace

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.attention import AttentionResult
from mhattn_core.errors import Problem
from mhattn_core.findings.contributions.participation import over_layers
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_pair import code_of
from mhattn_core.heads import head_name, layer_name
from mhattn_core.locale import _
from mhattn_core.measures.fusion.directions import FEWEST_WORDS, cosines, mean_cosine, unique_share
from mhattn_core.ui.choices import choose_or_leave
from mhattn_core.ui.contributions.data import Fused, added_to_words, heads_table, participation, word_places
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.page import badge, draw, of_each
from mhattn_core.ui.resources import HASHES
from mhattn_core.ui.show import show

LAYER = "layer"
FOLDS = 5


def directions_view(model: Fused, summed: list[Fused], _controls: Controls) -> None:
    """The tab *directions*."""
    layer = _choose_layer(model)
    matrix, ratios = st.columns(2)
    with matrix:
        _cosines(model, layer)
    with ratios:
        _participation(model, summed)
        _unique(model, layer)


def _choose_layer(model: Fused) -> int:
    names = list(map(layer_name, range(len(model.vectors))))
    most = model.strongest()[0]
    told = _("Of the head that adds most: {layer}").format(layer=names[most])
    name = choose_or_leave(_("Layer"), names, told, key=LAYER)
    return most if name is None else names.index(name)


def cosines_finding(model: Fused, layer: int, found: np.ndarray) -> str:
    """The nearest two, the most opposed two, and the mean."""
    pairs = np.where(np.triu(np.ones(found.shape, dtype=bool), 1), found, np.nan)
    same, against = (np.unravel_index(int(place), found.shape) for place in (np.nanargmax(pairs), np.nanargmin(pairs)))
    return _(
        "At “{word}”, in layer {layer} of {name}, H{a} and H{b} add in the most similar direction (cosine {most:+.2f}), H{c} and H{d} in the most opposed ({least:+.2f}); the mean of all pairs is {mean:+.2f}."
    ).format(
        word=model.word,
        layer=layer,
        name=model.name,
        a=same[0],
        b=same[1],
        most=found[same],
        c=against[0],
        d=against[1],
        least=found[against],
        mean=np.nanmean(pairs),
    )


def _cosines(model: Fused, layer: int) -> None:
    found = cosines(model.vectors[layer])
    if np.isfinite(found).sum() < len(found) + 1:
        st.info(_("Fewer than two heads of this layer add anything here."))
        return
    said = cosines_finding(model, layer, found)
    st.markdown(escape(said))
    badge()

    def matrix() -> alt.LayerChart:
        return charts.cosine_matrix(found, layer=layer)

    table = pd.DataFrame(found, columns=[f"H{head}" for head in range(len(found))])
    draw(matrix(), key="cosines", alt_text=said)
    on_words = np.swapaxes(added_to_words(model.seen, model.stack, layer), 0, 1)
    st.caption(
        _(
            "1: the same direction; 0: nothing to do with one another; −1: they take back what the other adds. Over all {words} words the mean cosine of two heads of this layer is {mean:+.2f}. Vectors of many dimensions are near 0 by themselves."
        ).format(words=len(on_words), mean=float(np.nanmean(mean_cosine(on_words))))
    )
    export_panel(matrix, table, key="cosines", name=f"{model.source} {layer_name(layer)} cosines", note=model.source)


def _participation(model: Fused, summed: list[Fused]) -> None:
    table = pd.concat(of_each(summed, lambda one: participation(one.seen, one.stack)), ignore_index=True)
    code = code_of(
        model.seen,
        f"axis = seen.words({model.stack!r}).query_axis\n"
        "words = [bool(side) for side in axis.sides]\n"
        f"added = seen.contributions({model.stack!r})\n"
        "[participation_ratio(axis.averaged(layer)[:, words]) for layer in added]",
        "from mhattn_core.measures.fusion.directions import participation_ratio",
    )
    try:
        finding = over_layers(table, model.name, 1)
    except Problem as problem:  # too short a text is no fault
        st.info(escape(problem.happened))
        return
    show(replace(finding, source=model.source, code=code), key="participation")


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def _unique_shares(seen: AttentionResult, stack: str, layer: int) -> np.ndarray:
    added = added_to_words(seen, stack, layer)
    words = added.shape[1]
    # Neighbours are held out together: they share what their phrase is about.
    return unique_share(added, np.arange(words) * FOLDS // words)


def _unique(model: Fused, layer: int) -> None:
    st.markdown("**" + _("What only one head adds") + "**")
    words = len(word_places(model.seen, model.stack))
    if words < FEWEST_WORDS:
        st.info(
            _(
                "No evidence: this pair has {words} words, and to tell one head's contribution from the others' takes at least {fewest} to learn from and to test on. Choose or type a longer pair."
            ).format(words=words, fewest=FEWEST_WORDS)
        )
        return
    with st.spinner(_("Predicting each head from the others …")):
        shares = _unique_shares(model.seen, model.stack, layer)
    rows = heads_table(model.name, "unique share", shares[None]).assign(layer=layer)
    known = rows.dropna(subset="value")
    if len(known) < 2:
        st.info(_("Fewer than two heads of this layer add anything here."))
        return
    said = _(
        "In layer {layer} the others tell most of {least}: unique share {low:.2f}; they tell least of {most}: {high:.2f}. {words} words, held out in turn."
    ).format(
        layer=layer,
        least=head_name(layer, known.loc[known["value"].idxmin(), "head"]),
        low=known["value"].min(),
        most=head_name(layer, known.loc[known["value"].idxmax(), "head"]),
        high=known["value"].max(),
        words=words,
    )
    st.markdown(escape(said))

    def chart() -> alt.LayerChart:
        return charts.strongest(rows, title=_("unique share (1 − R² on held-out words)"))

    draw(chart(), key="unique", alt_text=said)
    st.caption(
        _(
            "A ridge regression from all other heads of the layer; 1 or more: the others tell nothing of it. So few words hide what more would show: read this as an upper bound."
        )
    )
    export_panel(chart, rows, key="unique", name=f"{model.source} {layer_name(layer)} unique share", note=model.source)
