"""Queries, keys and values of every position as rows of colour."""

import streamlit as st

from mhattn_core.findings.head_internals.inside import Inside
from mhattn_core.findings.head_internals.vectors import head_vectors
from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.ui.head_internals.data import unrotated
from mhattn_core.ui.show import show


def rows_view(inside: Inside) -> None:
    """Queries, keys and values of all positions; where the model rotates them, before that too."""
    head = inside.head
    found = unrotated(inside.seen, head.stack, head.layer, head.head)
    query, key = inside.values.query, inside.values.key
    if found.rotated:
        # The names of the choices stand in no address.
        before = st.toggle(
            _("Before positions turn them"),
            key="before-rotation",
            help=prose("rotary_positions"),
        )
        if before:
            query, key = (
                given if given is not None else array for given, array in ((found.query, query), (found.key, key))
            )
    elif found.query is None or found.key is None:
        st.info(_("Queries and keys before rotation: not available. No module of this model gives them in one piece."))
    else:
        st.caption(_("This model turns no queries or keys by position: these are its projections' own."))
    query_tokens, key_tokens = inside.seen.tokens(head.stack)
    parts = (
        ("Q", _("**Q**: what each position asks for"), query, query_tokens, inside.query_piece),
        ("K", _("**K**: what each position answers to"), key, key_tokens, inside.key_piece),
        (
            "V",
            _("**V**: what each position hands on when it is looked at"),
            inside.values.value,
            key_tokens,
            inside.key_piece,
        ),
    )
    for letter, title, vectors, tokens, framed in parts:
        st.markdown(title)
        show(head_vectors(inside, letter, vectors, tokens, framed), key=f"rows-{letter}", sentence=False)
    st.caption(prose("vectors"))
