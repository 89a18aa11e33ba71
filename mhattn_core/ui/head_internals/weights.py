"""What the head's weights alone say of the chosen words, and of all heads in a run."""

import streamlit as st

from mhattn_core.experiments.circuits.heads import Circuits
from mhattn_core.experiments.circuits.tokens import attended_tokens, promoted_tokens
from mhattn_core.findings.circuits.tokens import top_tokens
from mhattn_core.findings.circuits.weights import composed_heads, copying_heads
from mhattn_core.findings.head_internals.inside import Inside
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_run
from mhattn_core.ui.head_choice import take_head
from mhattn_core.ui.names import model_label
from mhattn_core.ui.page import problems
from mhattn_core.ui.resources import HASHES
from mhattn_core.ui.show import show
from mhattn_core.ui.turns import in_turn


def weights_view(inside: Inside, controls: Controls) -> None:
    """The tokens that the head promotes when it looks at the key, and those that the query looks for."""
    pieces, name = inside.seen.pieces(inside.head.stack), inside.seen.model.name
    with st.spinner(_("Reading the weights of {name} …").format(name=model_label(name))):
        circuits = _circuits(inside.seen.model)
    promoted, attended = st.columns(2, gap="large")
    with promoted, problems():
        token = pieces[1][inside.key_piece].id
        show(top_tokens(inside, promoted_tokens(circuits, inside.head, token), "promoted"), key="promoted")
    with attended, problems():
        token = pieces[0][inside.query_piece].id
        show(top_tokens(inside, attended_tokens(circuits, inside.head, token), "attended"), key="attended")
    run = chosen_run(controls)
    if run is not None and run.has("circuits") and name in run.models:
        with problems():
            show(copying_heads(run, model=name), key="copying", on_pick=take_head, chosen=inside.head.cell)
            show(composed_heads(run, model=name), key="composed")


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=HASHES)
@in_turn
def _circuits(model: Model) -> Circuits:
    return Circuits.of(model)
