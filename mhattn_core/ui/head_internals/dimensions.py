"""How many directions a head's scores use, and which of its dimensions tell keys apart."""

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.locale import _
from mhattn_core.measures.inside.score_decomposition import centred_scores, dimension_shares, effective_rank
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_internals.data import Inside
from mhattn_core.ui.page import badge, draw

HALF = 0.5


def dimensions_view(inside: Inside) -> None:
    """The tab *dimensions*."""
    shares = dimension_shares(inside.values)
    if np.isnan(shares).any():
        st.info(
            _(
                "No two keys of any query differ in their score here, so no dimension tells them apart. Choose a longer sentence."
            )
        )
        return
    order = np.argsort(-shares)
    table = pd.DataFrame({"dimension": order, "share": shares[order]})
    half = int(np.searchsorted(np.cumsum(shares[order]), HALF)) + 1
    said = _(
        "{half} of {dimensions} dimensions carry half of what tells keys apart in this head; dimension {first} alone {most:.0%} (all alike would be {even:.0%} each)."
    ).format(half=half, dimensions=len(shares), first=order[0], most=shares[order[0]], even=1 / len(shares))
    st.markdown(said)
    badge()
    draw(charts.shares(table, even=1 / len(shares)), key="shares", alt_text=said)
    scores = inside.values.query @ inside.values.key.T
    st.markdown(
        _(
            "Effective rank of QKᵀ on this sentence: **{rank:.1f}** of at most {most}; without what each query gives to all keys alike, which the softmax does not notice, **{centred:.1f}**."
        ).format(
            rank=effective_rank(scores),
            most=min(*scores.shape, len(shares)),
            centred=effective_rank(centred_scores(inside.values)),
        )
    )
    st.caption(
        _(
            "A share is the covariance of one dimension's products with the scores, over the keys that each query sees; the shares sum to 1, and one below 0 works against the others. The effective rank is the exponential of the entropy of the singular values (Roy and Vetterli 2007): how many directions the scores use, in whatever basis. One pair: an example."
        )
    )
    st.info(
        _(
            "Shares belong to this checkpoint alone. Q and K can be turned together, (Q, K) → (QA, KA⁻ᵀ), and every score stays as it is, while every dimension changes: “dimension 0” of another model, or of the same model trained again, is not the same thing. Only whole subspaces can be compared across models; the effective rank can."
        ),
        icon=":material/rotate_90_degrees_cw:",
    )
    export_panel(
        lambda: charts.shares(table, even=1 / len(shares)),
        table,
        key="shares",
        name=f"{inside.source} dimensions",
        note=inside.source,
    )
