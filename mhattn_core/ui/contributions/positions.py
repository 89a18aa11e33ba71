"""One head at every position: how long what it adds is, beside how much of its attention is on words at all."""

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.ui.contributions.data import Fused, Norms, added
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_internals.data import axes
from mhattn_core.ui.page import draw


def positions_table(model: Fused, found: Norms, chosen: tuple[int, int]) -> pd.DataFrame:
    """word, position, special, series, value, length: for each position the share of the head's attention that is on
    words, and the length of what it adds, as a share of its longest."""
    layer, head = chosen
    queries, keys = axes(model.seen, model.stack)
    lengths = np.linalg.norm(queries.axis.averaged(added(model.seen, model.stack)[layer, head]), axis=-1)
    weights = found.weights[layer, head].astype(float)
    on_words = weights[:, [bool(side) for side in keys.axis.sides]].sum(axis=1)
    series = {
        _("attention on words"): np.divide(
            on_words, weights.sum(axis=1), out=np.zeros_like(on_words), where=weights.sum(axis=1) > 0
        ),
        _("length of what is added, of the longest"): lengths / max(float(lengths.max()), 1e-12),
    }
    about = {
        "word": queries.labels,
        "position": range(len(lengths)),
        "special": [not side for side in queries.axis.sides],
        "length": lengths,
    }
    return pd.concat(
        [pd.DataFrame(about).assign(series=name, value=values) for name, values in series.items()], ignore_index=True
    )


def positions_view(model: Fused, found: Norms, chosen: tuple[int, int]) -> None:
    """The chosen head from the first position to the last."""
    table, name = positions_table(model, found, chosen), head_name(*chosen)
    on_words, lengths = (part.set_index("position") for _name, part in table.groupby("series", sort=False))
    longest = int(lengths["length"].idxmax())
    said = _(
        "{head} adds most to “{word}”: a vector of length {length:.2f}, {median:.2f} at the median position. There {share:.0%} of its attention is on words."
    ).format(
        head=name,
        word=lengths["word"][longest],
        length=lengths["length"][longest],
        median=lengths["length"].median(),
        share=on_words["value"][longest],
    )
    st.markdown(escape(said))

    def bars() -> alt.LayerChart:
        return charts.word_bars(table, title=_("share"), framed=model.unit)

    draw(bars(), key="norms-positions", alt_text=said)
    st.caption(
        _(
            "A row is a position; framed is the word chosen above. Where much attention is on words and little is added, the values there are short or cancel; where little is and much is added, a special token hands on something."
        )
    )
    export_panel(bars, table, key="norms-positions", name=f"{model.source} {name} positions", note=model.source)
