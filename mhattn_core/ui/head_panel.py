"""One model's share of the Attention page: a head in full, and all heads at a glance."""

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.attention import Seen
from mhattn_core.attention.tables import Units, matrix_table, pattern_table
from mhattn_core.charts.glance import PICKED, thumbnails
from mhattn_core.locale import _
from mhattn_core.measures.telling import heads_by_entropy, mean_entropy
from mhattn_core.text.claims import NoteMatrix
from mhattn_core.text.gallery import gallery
from mhattn_core.ui.head_choice import choose_head, choose_stack, head_name, key_for
from mhattn_core.ui.page import badge, escape, wide_and_narrow
from mhattn_core.ui.resources import HASHES, attended
from mhattn_core.ui.sidebar import Controls
from mhattn_core.ui.unknown import may_draw

LISTED = 10
CHOSEN = "chosen-{place}"


def head_panel(name: str, place: int, controls: Controls, *, units: Units, same_scale: bool) -> None:
    """One head of one model: chooser, the sentence about its largest weight, matrix, numbers."""
    st.subheader(escape(name), anchor=False)
    with st.spinner(_("Loading {name} …").format(name=name)):
        seen = attended(name, controls.pair)
    stack = choose_stack(seen, place)
    heads = dict(gallery()[controls.gallery_id].heads) if controls.gallery_id else {}
    layer, head, reason = choose_head(seen, stack, place, heads)
    st.session_state.pop(CHOSEN.format(place=place), None)
    if not may_draw(seen, stack, place):
        return
    st.session_state[CHOSEN.format(place=place)] = (stack, layer, head)
    table = pattern_table(seen, stack, layer, head, units=units)
    finding = largest_weight(table)
    st.markdown(finding)
    badge()
    drawn, numbers = st.tabs([_("Picture"), _("Table")])
    with drawn:
        _picture(table, f"head-{place}", f"{name} · {head_name(layer, head)}: {finding}", 1.0 if same_scale else None)
    with numbers:
        st.dataframe(table, hide_index=True, height=300)
    if reason:
        st.caption(reason)
    if stack == "cross":
        st.caption(_("Rows are words of the second sentence as the decoder reads them, columns words of the first."))


def note_panel(note: NoteMatrix) -> None:
    """The matrix that the note prints for this pair."""
    st.subheader(_("The note's own matrix"), anchor=False)
    table = matrix_table(note.weights, note.queries, note.keys)
    st.markdown(largest_weight(table))
    _picture(table, "note", _("The note's own matrix"), None)
    st.caption(_("Invented to explain the idea (section {number} of the note); no model was measured.").format(number=note.section))


def largest_weight(table: pd.DataFrame) -> str:
    """The sentence above a matrix, in Markdown: who puts how much on whom."""
    cells = table[table["kind"] == "weight"].dropna(subset="weight")
    if cells.empty:
        return _("No word of this sentence is seen.")
    top = cells.loc[cells["weight"].idxmax()]
    return _("*{query}* puts {weight:.2f} of its attention on *{key}*.").format(
        query=escape(str(top["query"])), key=escape(str(top["key"])), weight=top["weight"]
    )


def _picture(table: pd.DataFrame, key: str, alt: str, largest: float | None) -> None:
    wide, narrow = wide_and_narrow(key)
    with wide:
        st.altair_chart(charts.matrix(table, largest=largest), key=f"matrix-{key}", alt=alt)
        _notices(table)
    with narrow:
        rows = table.drop_duplicates("query_position").set_index("query_position")["query"]
        top = int(table.loc[table["weight"].where(table["kind"] == "weight").idxmax(), "query_position"])
        query = st.selectbox(
            _("From which word?"),
            list(rows.index),
            index=top,
            format_func=lambda position: f"{rows[position]} ({position})",
            key=f"row-of-{key}",
        )
        st.altair_chart(charts.row(table, query), key=f"row-{key}", alt=alt)


def _notices(table: pd.DataFrame) -> None:
    longest = max(table["query_position"].max(), table["key_position"].max()) + 1
    if len(table) > charts.CELLS_DRAWN:
        st.caption(
            _("{cells:,} cells are drawn as one picture; the strongest {pointed:,} answer to the pointer, the table has all.").format(
                cells=len(table), pointed=charts.CELLS_WITH_TOOLTIP
            )
        )
    if longest > charts.LABELS_DRAWN:
        st.caption(_("There is room to name only some of the {words} words on the axes.").format(words=longest))


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def _glance_table(seen: Seen, stack: str, same_scale: bool) -> pd.DataFrame:
    grid = seen.words(stack)
    layers, heads = grid.pattern.shape[:2]
    entropy, special = mean_entropy(grid.pattern, grid.visible, grid.special_mass)
    places = [(layer, head) for layer in range(layers) for head in range(heads)]
    return pd.DataFrame(
        {
            "layer": [layer for layer, _head in places],
            "head": [head for _layer, head in places],
            "name": [head_name(layer, head) for layer, head in places],
            "entropy": entropy.ravel(),
            "special_mass": special.ravel(),
            "picture": thumbnails(grid.pattern, same_scale=same_scale),
        }
    )


def glance_panel(name: str, place: int, controls: Controls, *, same_scale: bool) -> None:
    """All heads of one model as a grid of pictures; on narrow screens the ten most concentrated as a list."""
    stack, layer, head = st.session_state.get(CHOSEN.format(place=place), ("", 0, 0))
    seen = attended(name, controls.pair)
    if stack not in seen.stacks:
        return
    table = _glance_table(seen, stack, same_scale)
    st.markdown(f"**{escape(name)}** · {escape(stack)}")
    wide, narrow = wide_and_narrow(f"glance-{place}")
    with wide:
        st.altair_chart(
            charts.glance(table, chosen=(layer, head)),
            key=f"glance-{place}",
            on_select=lambda: _open_picked(place),
            selection_mode=PICKED,
            alt=_("{heads} heads of {name}, layer by layer; {chosen} is open above.").format(
                heads=len(table), name=name, chosen=head_name(layer, head)
            ),
        )
    with narrow:
        grid = seen.words(stack)
        listed = [head_name(*found) for found in heads_by_entropy(grid.pattern, grid.visible, grid.special_mass)[:LISTED]]
        st.selectbox(
            _("The ten most concentrated heads"),
            listed,
            index=None,
            placeholder=_("Choose a head to open it above"),
            key=f"listed-{place}",
            on_change=lambda: _open(place, st.session_state[f"listed-{place}"]),
        )


def _open_picked(place: int) -> None:
    picked = st.session_state[f"glance-{place}"].selection.get(PICKED, [])
    if picked:
        _open(place, head_name(picked[0]["layer"], picked[0]["head"]))


def _open(place: int, name: str | None) -> None:
    if name:
        st.session_state[key_for("head", place)] = name
