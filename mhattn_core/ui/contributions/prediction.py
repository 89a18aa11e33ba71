"""On the prediction: what each head adds to the score of the next token by itself."""

from typing import NamedTuple

import altair as alt
import numpy as np
import streamlit as st

from mhattn_core import charts
from mhattn_core.attention import AttentionResult
from mhattn_core.attention.decode import decoded
from mhattn_core.experiments.direct_effect import reading
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.ui.contributions.choice import chosen_head, take_head
from mhattn_core.ui.contributions.data import Fused, added, heads_table
from mhattn_core.ui.contributions.lengths import grid_of
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.model_heads import clicks, picked
from mhattn_core.ui.page import badge, draw, wide_and_narrow
from mhattn_core.ui.resources import HASHES

MEASURE = "direct effect"


class Prediction(NamedTuple):
    """One next token. effects: ``[layer, head]``; score: of the token, against the mean of all; rank: 1 for the model's
    first choice.
    """

    token: str
    effects: np.ndarray
    score: float
    rank: int


def prediction_view(model: Fused, _summed: list[Fused], _controls: Controls) -> None:
    """The tab *prediction*."""
    if model.seen.model.head != "language":
        st.info(
            _("Not available: {name} has no language head, so it predicts no word that a head could add to.").format(
                name=escape(model.name)
            )
        )
        return
    if model.stack == "encoder":
        st.info(
            _(
                "Not available for an encoder: what its heads add reaches a prediction only through other layers. Choose a causal model, or the stack decoder or cross."
            )
        )
        return
    position = model.queries.pieces(model.unit)[-1]
    # The names are the library's own in every language, as in addresses.
    of = st.segmented_control(
        _("Which next token"),
        ["first", "text"],
        default="first",
        required=True,
        key="next",
        bind="query-params",
        help=_("first: the model's own first choice. text: the token that comes next in the text."),
    )
    with st.spinner(_("Reading what every head adds …")):
        found = prediction(model.seen, model.stack, position, of or "first")
    if isinstance(found, str):
        st.info(_without(model.name)[found])
        return
    said = finding(model, found)
    st.markdown(escape(said))
    badge()
    rows, title = heads_table(model.name, MEASURE, found.effects), _("added to the score")
    framed, clicked = chosen_head(model), clicks()

    def grid() -> alt.LayerChart:
        return grid_of(rows, MEASURE, title, framed, clicked)

    wide, narrow = wide_and_narrow("effects")
    with wide:
        draw(
            grid(),
            key="effects",
            on_select=lambda: take_head(model, picked("effects")),
            selection_mode=charts.PICKED,
            alt_text=said,
        )
    with narrow:
        draw(charts.strongest(rows, title=title, end="farthest"), key="strongest-effects", alt_text=said)
    st.caption(
        _(
            "Direct logit attribution: what a head adds at this word's last piece goes straight to the score of the token (against the mean score of all tokens), the last norm held as it is. It is no causal effect: what later layers make of a head's addition is not in it, and without the head they would do otherwise. What breaks without a head stands on Fault tolerance."
        )
    )
    export_panel(grid, rows, key="effects", name=f"{model.source} direct effect", note=model.source)


def finding(model: Fused, found: Prediction) -> str:
    """Which head adds most to the token's score and which takes most away, and what all heads add."""
    most, least = (
        tuple(int(axis) for axis in np.unravel_index(int(place), found.effects.shape))
        for place in (found.effects.argmax(), found.effects.argmin())
    )
    return _(
        "After “{word}”, “{token}” is {name}'s choice number {rank:,} and scores {score:.1f} above the mean token. {most} adds most to that ({high:+.2f}), {least} takes most away ({low:+.2f}); all heads of the stack together add {all:+.1f}, feed-forward layers, other stacks and the word itself the rest."
    ).format(
        word=model.word,
        token=found.token,
        name=model.name,
        rank=found.rank,
        score=found.score,
        most=head_name(*most),
        high=found.effects[most],
        least=head_name(*least),
        low=found.effects[least],
        all=found.effects.sum(),
    )


def _without(name: str) -> dict[str, str]:
    return {
        "no sum": _(
            "Not available for {name}: what its heads add does not reach the prediction as a sum. Layers that normalise after adding, as those of BERT and Marian, change it on the way."
        ).format(name=escape(name)),
        "last": _(
            "This is the last token of the text, so none comes next. Choose the model's first choice, or an earlier word."
        ),
    }


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=HASHES)
def prediction(seen: AttentionResult, stack: str, position: int, of: str) -> Prediction | str:
    """What each head adds to the token after ``position``: the model's ``first`` choice, or the ``text``'s; else why
    that cannot be told.
    """
    pieces = seen.pieces(stack)[0]
    if of == "text" and position + 1 == len(pieces):
        return "last"
    read = reading(seen, position)
    if read is None:
        return "no sum"
    token = int(read.scores.argmax()) if of == "first" else pieces[position + 1].id
    effects = read.effects(added(seen, stack)[:, :, position], token)
    score = float(read.scores[token] - read.scores.mean())
    return Prediction(
        decoded(seen.model, [token], special=True).strip(),
        effects,
        score,
        int((read.scores > read.scores[token]).sum()) + 1,
    )
