"""One weight of a head taken out: chosen in two boxes, or by a click in the matrix."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from mhattn_core.findings.ablation.edges import edge_effects
from mhattn_core.findings.attention.shown import Shown, strongest_edge
from mhattn_core.locale import _
from mhattn_core.ui.kept import kept
from mhattn_core.ui.names import model_label
from mhattn_core.ui.page import problems
from mhattn_core.ui.show import show

OPENED, OF, ENDS = "edge-opened", "edge-of", {"query": "edge-from", "key": "edge-to"}


def take_edge(mark: Mapping[str, Any]) -> None:
    """A cell that was clicked becomes the chosen weight."""
    st.session_state[OPENED], st.session_state[OF] = True, int(mark["panel"])
    for side, key in ENDS.items():
        st.session_state[key] = int(mark[f"{side}_position"])


def edge_panel(heads: Sequence[Shown]) -> None:
    """What the pair costs without the weight; nothing is run until the fold is open."""
    able = {
        place: one
        for place, one in enumerate(heads)
        if one.units == "words" and one.result.model.attention.gives_values
    }
    if not able:
        return
    fold = st.expander(_("Take one weight out"), icon=":material/content_cut:", key=OPENED, on_change="rerun")
    if not fold.open:
        return
    with fold:
        with st.container(horizontal=True):
            shown = able[_choose_head(able)]
            looking, looked_at = (
                _choose_word(shown, side, label) for side, label in (("query", _("From")), ("key", _("To")))
            )
        with problems(shown.model):
            effects = _effects(shown, looking)
            if looked_at in set(effects["looked_at"]):
                show(edge_effects(shown, effects, looked_at), key="edge")
            else:
                st.info(_("In this head the first word may not look at the second. Choose another."))


def _choose_head(able: Mapping[int, Shown]) -> int:
    if st.session_state.get(OF) not in able:
        st.session_state[OF] = next(iter(able))
    names = {place: model_label(one.name) for place, one in able.items()}
    return st.selectbox(_("Head"), list(able), format_func=names.__getitem__, key=OF, persist_state="session")


def _choose_word(shown: Shown, side: str, label: str) -> int:
    """A word of one axis, by its position; at first that of the strongest weight."""
    words = shown.labels[side == "key"]
    if st.session_state.get(ENDS[side]) not in range(len(words)):
        st.session_state[ENDS[side]] = strongest_edge(shown)[side == "key"]
    return st.selectbox(
        label,
        range(len(words)),
        format_func=lambda at: f"{words[at]} · {at + 1}",
        key=ENDS[side],
        persist_state="session",
    )


def _effects(shown: Shown, looking: int) -> pd.DataFrame:
    from mhattn_core.experiments.ablation.pair import edges_of_word  # the page does not wait for what runs networks

    seen, head = shown.result, shown.head
    says = _("Running {name} …").format(name=model_label(shown.model))
    return kept(
        "edges",
        seen,
        (head, looking),
        says,
        lambda tell: edges_of_word(seen.model, seen.pair, head, looking, tell=tell),
    )
