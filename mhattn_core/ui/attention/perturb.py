"""The chosen heads before and after a change of the sentence."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

import streamlit as st

from mhattn_core.findings.attention.perturbed import Side, perturbed_heads, with_second
from mhattn_core.findings.attention.shown import Shown
from mhattn_core.findings.heads.invariance import perturbation_titles
from mhattn_core.locale import _
from mhattn_core.text import perturb
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose
from mhattn_core.ui.page import problems
from mhattn_core.ui.resources import attended
from mhattn_core.ui.show import show


def perturb_panel(heads: Sequence[Shown]) -> None:
    """Nothing is read again until the fold is open."""
    title = _("Compare with an edited sentence")
    fold = st.expander(title, icon=":material/edit_note:", key="perturb-opened", on_change="rerun")
    if not fold.open:
        return
    with fold, problems():
        pair = heads[0].result.pair
        with st.container(horizontal=True, vertical_alignment="bottom"):
            titles = {kind: title for kind, title in perturbation_titles().items() if kind != "swap" or pair.b}
            change = _choose_change(choose(_("Change"), titles, key="perturb"), pair)
            sides = {"difference": _("difference"), "before": _("before"), "after": _("after")}
            side = cast(Side, choose(_("Weights"), sides, key="perturb-weights", pills=True))
        if change is None:
            st.caption(_("Change a word of the sentence, or bring a list of words, to see what the heads do with it."))
            return
        changes = []
        for one in heads:
            with problems(one.model):
                changed = change(with_second(one.result))
                changes.append((one, changed, attended(one.model, changed.pair)))
        if changes:
            show(perturbed_heads(changes, shown=side), key="perturbed")


def _choose_change(kind: str, pair: SentencePair) -> Callable[[SentencePair], perturb.Perturbed] | None:
    """What makes the changed pair; None until the reader has said what."""
    if kind == "mask":
        return partial(perturb.masked, word=int(choose(_("Word"), perturb.numbered(pair), key="perturb-word")))
    if kind == "shuffle":
        draws = {str(seed): str(seed + 1) for seed in range(5)}
        return partial(perturb.shuffled, seed=int(choose(_("Draw"), draws, key="perturb-seed")))
    if kind == "replace":
        file = st.file_uploader(_("Words and replacements"), ["csv", "tsv"], help=prose("replacements"))
        return (
            partial(perturb.replaced, replacements=perturb.read_replacements(file.name, file.getvalue()))
            if file
            else None
        )
    if kind == "swap":
        return perturb.swapped
    source, target = (
        st.text_area(label, text, key=f"perturb-{hash(text)}-{label}", height=68, persist_state="session")
        for label, text in ((_("First sentence"), pair.source), (_("Second sentence"), pair.target))
    )
    unchanged = (source, target) == (pair.source, pair.target)
    return None if unchanged else partial(perturb.edited, source=source, target=target)
