"""Ablate heads: switch heads off, and see what the model writes with and without them."""

from collections.abc import Sequence

import streamlit as st

from mhattn_core.attention.ablation import Ablation, Kind, kinds_of
from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.generate import continued
from mhattn_core.attention.second_sentence import Generated
from mhattn_core.errors import Problem
from mhattn_core.experiments.ablation.pair import PairLoss, gradient_importance, pair_loss
from mhattn_core.findings.ablation.before_after import written_before_and_after
from mhattn_core.findings.ablation.cost import cost_sentence
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.ui.ablation.data import AblationContext, choose_kind
from mhattn_core.ui.ablation.encoder import encoder_bench
from mhattn_core.ui.ablation.switches import choose_off
from mhattn_core.ui.kept import kept
from mhattn_core.ui.names import model_label
from mhattn_core.ui.page import badge

OPENING: dict[tuple[str, str], Head] = {("marian-zh-en", "library"): Head("cross", 1, 0)}
"""By model and pair of the gallery: the head that is off at first, chosen by hand because its loss can be read."""
LONGEST = 40
LONGEST_NEXT = 16


def bench(found: AblationContext) -> None:
    """Boxes that switch heads off, beside what the model then writes or guesses, and its loss."""
    seen = found.seen
    switches, outcome = st.columns([2, 3], gap="large")
    with switches:
        # What a head writes is easiest to follow where it writes nothing.
        kinds = sorted(kinds_of(seen.model), key=lambda kind: kind != "zero")
        kind = choose_kind(kinds, "kind")
        default = OPENING.get((found.name, found.controls.gallery_id)) or _ranked_first(seen)
        off = choose_off(seen, found.place, [default])
    with outcome:
        badge()
        if seen.model.head == "language" and "decoder" in seen.stacks:
            _written(seen, off, kind)
        else:
            encoder_bench(seen, off, kind)
        st.markdown(_cost(seen, off, kind))
        st.caption(prose("one_sentence_ablated"))


def _cost(seen: AttentionResult, off: Sequence[Head], kind: Kind) -> str:
    """What the text as it stands costs, with all heads and without these."""
    says = _("Running {name} …").format(name=model_label(seen.model.name))

    def cost(heads: Sequence[Head]) -> PairLoss:
        ablate: Ablation = dict.fromkeys(heads, kind)
        return kept(
            "cost", seen, (frozenset(heads), kind), says, lambda _tell: pair_loss(seen.model, seen.pair, ablate)
        )

    return cost_sentence(seen, cost([]), cost(off) if off else None)


def _ranked_first(seen: AttentionResult) -> Head:
    """The head that one backward pass ranks first; the very first head where the text is too short to ask."""
    says = _("Running {name} …").format(name=model_label(seen.model.name))
    try:
        table = kept("importance", seen, "", says, lambda _tell: gradient_importance(seen.model, seen.pair))
    except Problem:
        return Head(seen.stacks[0], 0, 0)
    return Head.of_row(table.loc[table["gradient_importance"].idxmax()])


def written(seen: AttentionResult, off: Sequence[Head], kind: Kind) -> Generated:
    """What the model writes with these heads off, made once."""
    longest = LONGEST if "cross" in seen.stacks else LONGEST_NEXT
    return kept(
        "written",
        seen,
        (frozenset(off), kind),
        _("{name} is writing …").format(name=model_label(seen.model.name)),
        lambda tell: continued(seen, dict.fromkeys(off, kind), longest=longest, tell=tell),
    )


def _written(seen: AttentionResult, off: Sequence[Head], kind: Kind) -> None:
    translates = "cross" in seen.stacks
    intact = written(seen, [], kind)
    if translates:
        st.markdown(_("It translates: *{text}*").format(text=escape(seen.sentences["a"].text)))
    else:
        text = " / ".join(sentence.text for sentence in seen.sentences.values() if sentence)
        st.markdown(_("It goes on after: *{text}*").format(text=escape(text)))
    ablated = written(seen, off, kind) if off else intact
    st.html(written_before_and_after(intact, ablated, off))
    if not off:
        st.info(_("No head is switched off. Choose one on the left."))
        return
    if ablated.text == intact.text:
        st.markdown(_("**Not a word changes.**"))
    else:
        st.caption(prose("ablated_words"))
