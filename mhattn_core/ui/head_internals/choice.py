"""Choosing a head and two words; the address carries the choice, in numbers that are no words of anybody's sentence."""

from collections.abc import Sequence

import streamlit as st

from mhattn_core import charts
from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.tables import matrix_table
from mhattn_core.attention.units import Units
from mhattn_core.findings.head_internals.inside import Inside
from mhattn_core.findings.head_internals.opened import strongest_head
from mhattn_core.heads import Head, head_name
from mhattn_core.locale import _
from mhattn_core.ui.choices import choose, choose_or_leave, forget, forget_when_changed, put
from mhattn_core.ui.head_choice import HEAD, names_in
from mhattn_core.ui.head_internals.data import all_weights, arithmetic, axes, words_at_first
from mhattn_core.ui.model_heads import CLICKS, clicks
from mhattn_core.ui.page import draw

QUERY, KEY = "query", "key"
"""State keys, and parameters of the address."""
PIECES = f"{QUERY}_piece", f"{KEY}_piece"
WORDS = QUERY, KEY, *PIECES
MATRIX = "two-words"
MOST_UNITS = 64
"""Above so many words the matrix to click has no room."""


def choose_head_and_words(seen: AttentionResult, stack: str, gallery_id: str) -> Inside:
    """Boxes for head, query and key; a word of several pieces has one more box. Raises Problem where the model does not
    tell.
    """
    queries, keys = axes(seen, stack)
    forget_when_changed((queries.labels, keys.labels), *WORDS)
    first = words_at_first(seen, stack, gallery_id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        head, reason = _choose_head(seen, stack, first)
        query, query_piece = _choose_unit(
            QUERY, _("Query: the word that attends"), queries, first[0], seen.tokens(stack)[0]
        )
        key, key_piece = _choose_unit(KEY, _("Key: the word attended to"), keys, first[1], seen.tokens(stack)[1])
    values, steps = arithmetic(seen, head)
    weights = all_weights(seen, stack)[head.cell]
    return Inside(seen, head, reason, queries, keys, query, key, query_piece, key_piece, weights, values, steps)


def click_two_words(inside: Inside) -> None:
    """The head's matrix, small; a click takes its two words."""
    if max(inside.weights.shape) > MOST_UNITS:
        st.caption(_("So many words leave no room for a matrix to click: choose two in the boxes above."))
        return
    table = matrix_table(inside.weights, inside.queries.labels, inside.keys.labels)
    query, key = inside.names
    draw(
        charts.pair_matrix(table, chosen=(inside.query, inside.key), clicks=clicks()),
        key=MATRIX,
        on_select=lambda: _take_clicked(inside),
        selection_mode=charts.PICKED,
        alt_text=_("{head}: {query} gives {key} {weight:.3f} of its attention.").format(
            head=inside.head.name, query=query, key=key, weight=inside.weights[inside.query, inside.key]
        ),
    )
    st.caption(
        _(
            "{head}, every word and special token. Brighter is more; click a cell to choose another query and key."
        ).format(head=inside.head.name)
    )


def _choose_head(seen: AttentionResult, stack: str, first: tuple[str, str]) -> tuple[Head, str]:
    """The person's choice, or a telling head; and why that is shown."""
    queries, keys = axes(seen, stack)
    query, key = queries.ids.index(first[0]), keys.ids.index(first[1])
    telling = head_name(*strongest_head(all_weights(seen, stack), query, key))
    chosen = choose_or_leave(_("Head"), names_in(seen, stack), _("{name} (suggested)").format(name=telling), key=HEAD)
    if chosen:
        return Head.parse(chosen, stack), ""
    reason = _("Suggested because, of all heads, {name} gives the largest weight from “{query}” to “{key}”.")
    return Head.parse(telling, stack), reason.format(name=telling, query=queries.labels[query], key=keys.labels[key])


def _choose_unit(what: str, label: str, units: Units, first: str, tokens: Sequence[str]) -> tuple[int, int]:
    """The place of the chosen unit, and the position of the piece of it that is looked into."""
    chosen = choose(
        label,
        {id_: f"{name} ({id_})" for id_, name in zip(units.ids, units.labels, strict=True)},
        key=what,
        default=first,
        persist=True,
        help_text=_("The same as a click in the small matrix. Numbers count words from 0, s is a special token."),
    )
    unit = units.ids.index(chosen)
    pieces = units.pieces(unit)
    if len(pieces) == 1:
        return unit, pieces[0]
    labels = {str(number): f"{tokens[piece]} ({number + 1}/{len(pieces)})" for number, piece in enumerate(pieces)}
    number = choose(
        _("Piece of the query") if what == QUERY else _("Piece of the key"), labels, key=f"{what}_piece", persist=True
    )
    return unit, pieces[int(number)]


def _take_clicked(inside: Inside) -> None:
    picked = st.session_state[MATRIX].selection.get(charts.PICKED, [])
    st.session_state[CLICKS] = clicks() + 1
    if picked:
        forget(*PIECES)
        put(QUERY, inside.queries.ids[int(picked[0]["query_position"])])
        put(KEY, inside.keys.ids[int(picked[0]["key_position"])])
