"""Whose attention is shown: the best head elsewhere, the mean of all heads, a layer, or any head."""

from dataclasses import dataclass

import streamlit as st

from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name, layer_name
from mhattn_core.locale import _
from mhattn_core.ui.choices import choose_or_leave
from mhattn_core.ui.model_heads import picked
from mhattn_core.ui.summarisation.data import DocumentAttention
from mhattn_core.ui.summarisation.elsewhere import HeldOutAgreement

KEY = "summary_head"
MEAN = "mean"


@dataclass(frozen=True)
class HeadSelection:
    """layer and head None: the mean over all of them. best: nobody chose it; it agrees most with ROUGE on other
    documents.
    """

    layer: int | None = None
    head: int | None = None
    best: bool = False

    @property
    def name(self) -> str:
        """As in the address and in files' names."""
        if self.layer is None:
            return MEAN
        return layer_name(self.layer) if self.head is None else head_name(self.layer, self.head)

    @property
    def says(self) -> str:
        """In a sentence."""
        if self.layer is None:
            return _("the mean of all heads")
        return _("the mean of layer {layer}").format(layer=self.layer) if self.head is None else self.name

    @property
    def framed(self) -> tuple[int, int] | None:
        return None if self.layer is None or self.head is None else (self.layer, self.head)


def choose_whose(found: DocumentAttention, known: HeldOutAgreement | None) -> HeadSelection:
    """The reader's choice, or the best head; without any measure of other documents, the mean of all heads."""
    layers, heads = found.weights.weights.shape[:2]
    offered = [
        HeadSelection(),
        *(HeadSelection(layer) for layer in range(layers)),
        *(HeadSelection(layer, head) for layer in range(layers) for head in range(heads)),
    ]
    by_name = {whose.name: whose for whose in offered}
    usual = HeadSelection(*known.best, best=True) if known else HeadSelection()
    label = _("The best elsewhere: {name}").format(name=usual.name) if known else _("The mean of all heads")
    names = _("mean: the mean of all heads; L3: the mean of a layer; L3 H7: one head, as a click on the heads below.")
    chosen = choose_or_leave(_("Head"), list(by_name), label, key=KEY, help_text=names)
    return usual if chosen is None else by_name[chosen]


def open_picked(chart: str) -> None:
    """Show the head that was clicked. For a chart's ``on_select``."""
    place = picked(chart)
    if place:
        st.session_state[KEY] = head_name(*place)


def told(found: DocumentAttention, whose: HeadSelection, known: HeldOutAgreement | None) -> str:
    """How far the chosen head agrees with ROUGE here and elsewhere, and what it is to be compared with."""
    asked = found.hits.shape[-1]
    if not asked:
        here = _("No sentence of this summary shares a word with the document, so ROUGE has nothing to agree with.")
    elif whose.framed:
        here = _("Here its most lifted segment is the likest one (◆) for **{hits} of {sentences}** sentences.").format(
            hits=int(found.hits[whose.framed].sum()), sentences=asked
        )
    else:
        here = ""
    if known is None:
        return " ".join(
            filter(None, [here, _("No head has been compared on other documents yet; see “How far to believe it”.")])
        )
    if whose.framed is None:
        return here
    message = (
        _(
            "On {documents} other documents it agrees for {share:.0%} of {units} sentences; always the first segment would for {lead:.0%}, segments in the order of the text for {order:.0%}, one at random for {chance:.0%}."
        )
        if not known.controls
        else _(
            "On {documents} other documents it agrees for {share:.0%} of {units} sentences; always the first segment would for {lead:.0%}, segments in the order of the text for {order:.0%}, one at random for {chance:.0%}, the best head of a random control for {controls}."
        )
    )
    there = message.format(
        documents=known.documents,
        share=known.of(*whose.framed),
        units=known.units,
        lead=known.lead,
        order=known.order,
        chance=known.chance,
        controls=", ".join(f"{share:.0%} ({escape(name)})" for name, share in known.controls.items()),
    )
    why = _("It was chosen there, not here.") if whose.best else ""
    return " ".join(filter(None, [here, there, why]))
