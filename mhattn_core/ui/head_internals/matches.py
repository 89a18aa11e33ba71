"""What the chosen query fits best: in this sentence, and among the words of a run."""

import numpy as np
import streamlit as st

from mhattn_core.experiments.best_keys import Keys, compared, keys_of
from mhattn_core.findings.counts import count_of_pairs
from mhattn_core.findings.head_internals.best_keys import best_keys, best_of_run, pairs_from_all_over
from mhattn_core.findings.head_internals.inside import Inside
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.prose import prose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_evidence
from mhattn_core.ui.head_internals.data import unrotated
from mhattn_core.ui.names import model_label
from mhattn_core.ui.resources import HASHES
from mhattn_core.ui.show import show
from mhattn_core.ui.tables import show_table
from mhattn_core.ui.turns import in_turn

MOST_PAIRS = 40


def matches_view(inside: Inside, controls: Controls) -> None:
    """Which keys fit the chosen query best, before and after positions, and in a run the words that it would fit."""
    before = unrotated(inside.seen, inside.head)
    both = compared(inside.values, before)
    if both is None:
        st.info(prose("rotation_unknown"))
        return
    turned = before.rotated or inside.values.bias is not None
    show(best_keys(inside, *both, turned=turned), key="best-keys")
    _in_a_run(inside, both[0][inside.query_piece], controls)


def _in_a_run(inside: Inside, query: np.ndarray, controls: Controls) -> None:
    st.markdown(_("**Among the words of a run**"))
    evidence = chosen_evidence(controls)
    if evidence is None:
        st.caption(
            _("Choose a run under Data in the sidebar, and this query can be held against the words of its sentences.")
        )
        return
    run, name = evidence.run, escape(evidence.saved.about.name)
    pairs = pairs_from_all_over(run, MOST_PAIRS)
    if not pairs:
        st.caption(_("The run “{name}” keeps no sentences, so there are no words to look through.").format(name=name))
        return
    asked = f"looked-{inside.source}-{run.id}"
    if st.button(
        _("Look through {pairs} of “{name}”").format(pairs=count_of_pairs(len(pairs)), name=name),
        key="look-in-run",
    ):
        st.session_state[asked] = True
    if not st.session_state.get(asked):
        return
    with st.spinner(_("Reading the run's sentences …")):
        found = _keys(inside.seen.model, pairs, inside.head)
    if not found.tokens:
        st.caption(_("{model} could read none of these sentences.").format(model=model_label(inside.seen.model.name)))
        return
    table = best_of_run(inside, query, found)
    called = {"score": _("score before position"), "word": _("token")}
    show_table(table, called=called, formats={"%.2f": ("score",)})
    st.caption(
        prose("best_tokens").format(
            listed=len(table), tokens=len(found.tokens), pairs=len(pairs), query=escape(inside.names[0])
        )
    )


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=HASHES)
@in_turn
def _keys(model: Model, pairs: tuple[SentencePair, ...], head: Head) -> Keys:
    return keys_of(model, pairs, head.stack, layer=head.layer, head=head.head)
