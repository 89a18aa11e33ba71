"""What the chosen query fits best: in this sentence, and among the words of a run."""

import numpy as np
import streamlit as st

from mhattn_core.experiments.best_keys import Keys, compared, keys_of
from mhattn_core.findings.counts import count_of_pairs
from mhattn_core.findings.head_internals.best_keys import best_keys, best_of_run
from mhattn_core.findings.head_internals.inside import Inside
from mhattn_core.findings.markdown import escape
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
from mhattn_core.ui.turns import in_turn

MOST_PAIRS = 40


def matches_view(inside: Inside, controls: Controls) -> None:
    """Which keys fit the chosen query best, before and after positions, and in a run the words that it would fit."""
    head = inside.head
    before = unrotated(inside.seen, head.stack, head.layer, head.head)
    both = compared(inside.values, before)
    if both is None:
        st.info(_("Queries and keys before rotation: not available. No module of this model gives them in one piece."))
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
    if not {"source", "target"} <= set(run.pairs) or run.pairs["source"].isna().all():
        st.caption(_("The run “{name}” keeps no sentences, so there are no words to look through.").format(name=name))
        return
    kept = run.pairs.dropna(subset="source")
    # The same pairs every time, from all over the run.
    sample = kept.iloc[np.linspace(0, len(kept) - 1, min(MOST_PAIRS, len(kept))).astype(int)]
    pairs = tuple(SentencePair(str(row.source), str(row.target or "")) for row in sample.itertuples())
    asked = f"looked-{inside.source}-{run.id}"
    if st.button(
        _("Look through {pairs} of “{name}”").format(pairs=count_of_pairs(len(pairs)), name=name),
        key="look-in-run",
    ):
        st.session_state[asked] = True
    if not st.session_state.get(asked):
        return
    with st.spinner(_("Reading the run's sentences …")):
        found = _keys(inside.seen.model, pairs, inside.head.stack, inside.head.layer, inside.head.head)
    if not found.tokens:
        st.caption(_("{model} could read none of these sentences.").format(model=model_label(inside.seen.model.name)))
        return
    table = best_of_run(inside, query, found)
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "score": st.column_config.NumberColumn(_("score before position"), format="%.2f"),
            "word": st.column_config.TextColumn(_("token")),
            "sentence": st.column_config.TextColumn(_("sentence"), width="large"),
        },
    )
    st.caption(
        prose("best_tokens").format(
            listed=len(table), tokens=len(found.tokens), pairs=len(pairs), query=escape(inside.names[0])
        )
    )


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=HASHES)
@in_turn
def _keys(model: Model, pairs: tuple[SentencePair, ...], stack: str, layer: int, head: int) -> Keys:
    return keys_of(model, pairs, stack, layer=layer, head=head)
