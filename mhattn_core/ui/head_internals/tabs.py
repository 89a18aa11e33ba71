"""What the open tab shows of one head and two words: steps, vectors, dimensions, and what the weights alone say."""

import streamlit as st

from mhattn_core.experiments.circuits.heads import Circuits
from mhattn_core.experiments.circuits.tokens import attended_tokens, promoted_tokens
from mhattn_core.findings.circuits.tokens import top_tokens
from mhattn_core.findings.circuits.weights import composed_heads, copying_heads
from mhattn_core.findings.head_internals.dimensions import rank_sentence, shares_of_dimensions
from mhattn_core.findings.head_internals.inside import Inside
from mhattn_core.findings.head_internals.steps import keys_table, pieces_sentence, pieces_table, steps_table
from mhattn_core.findings.head_internals.vectors import head_vectors
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.text.prose import prose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_run
from mhattn_core.ui.head_choice import take_head
from mhattn_core.ui.head_internals.data import unrotated
from mhattn_core.ui.names import model_label
from mhattn_core.ui.page import problems
from mhattn_core.ui.resources import HASHES
from mhattn_core.ui.show import show
from mhattn_core.ui.tables import show_table
from mhattn_core.ui.turns import in_turn


def steps_view(inside: Inside) -> None:
    """The arithmetic of one weight, step by step, then the same over a word's pieces and for all keys."""
    st.table(steps_table(inside).set_index(_("step")))
    st.caption(prose("recomputed"))
    if sentence := pieces_sentence(inside):
        st.markdown(sentence)
        st.dataframe(pieces_table(inside).style.format("{:.6f}"))
    with st.expander(_("All keys that this query is set against"), icon=":material/table_rows:"):
        show_table(keys_table(inside), formats={"%.6f": ("score", "exponential", "weight")})


def rows_view(inside: Inside) -> None:
    """Queries, keys and values of all positions; where the model rotates them, before that too."""
    found = unrotated(inside.seen, inside.head)
    query, key = inside.values.query, inside.values.key
    if found.rotated:
        # The names of the choices stand in no address.
        if st.toggle(_("Before positions turn them"), key="before-rotation", help=prose("rotary_positions")):
            query = query if found.query is None else found.query
            key = key if found.key is None else found.key
    elif found.query is None or found.key is None:
        st.info(prose("rotation_unknown"))
    else:
        st.caption(_("This model turns no queries or keys by position: these are its projections' own."))
    asking, asked = inside.seen.tokens(inside.head.stack)
    parts = (
        ("Q", _("**Q**: what each position asks for"), query, asking, inside.query_piece),
        ("K", _("**K**: what each position answers to"), key, asked, inside.key_piece),
        (
            "V",
            _("**V**: what each position hands on when it is looked at"),
            inside.values.value,
            asked,
            inside.key_piece,
        ),
    )
    for letter, title, vectors, tokens, framed in parts:
        st.markdown(title)
        show(head_vectors(inside, letter, vectors, tokens, framed), key=f"rows-{letter}", sentence=False)
    st.caption(prose("vectors"))


def dimensions_view(inside: Inside) -> None:
    """Which dimensions tell the keys apart, and how many directions the scores use."""
    show(shares_of_dimensions(inside), key="shares")
    st.markdown(rank_sentence(inside))
    st.caption(prose("effective_rank"))
    st.info(prose("dimensions"), icon=":material/rotate_90_degrees_cw:")


def weights_view(inside: Inside, controls: Controls) -> None:
    """The tokens that the head promotes when it looks at the key, and those that the query looks for; of a run, which
    heads copy and compose.
    """
    (queries, keys), name = inside.seen.pieces(inside.head.stack), inside.seen.model.name
    with st.spinner(_("Reading the weights of {name} …").format(name=model_label(name))):
        circuits = _circuits(inside.seen.model)
    promoted, attended = st.columns(2, gap="large")
    with promoted, problems():
        tokens = promoted_tokens(circuits, inside.head, keys[inside.key_piece].id)
        show(top_tokens(inside, tokens, "promoted"), key="promoted")
    with attended, problems():
        tokens = attended_tokens(circuits, inside.head, queries[inside.query_piece].id)
        show(top_tokens(inside, tokens, "attended"), key="attended")
    run = chosen_run(controls)
    if run is not None and run.has("circuits") and name in run.models:
        with problems():
            show(copying_heads(run, model=name), key="copying", on_pick=take_head, chosen=inside.head.cell)
            show(composed_heads(run, model=name), key="composed")


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=HASHES)
@in_turn
def _circuits(model: Model) -> Circuits:
    return Circuits.of(model)
