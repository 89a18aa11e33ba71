"""Whose attention to a document is shown, and how far it agrees with ROUGE."""

from dataclasses import dataclass

from mhattn_core.findings.markdown import escape
from mhattn_core.findings.summarisation.document import DocumentAttention
from mhattn_core.findings.summarisation.held_out import HeldOutAgreement
from mhattn_core.heads import head_name, layer_name
from mhattn_core.locale import _, listed

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
        """What it is called within a sentence."""
        if self.layer is None:
            return _("the mean of all heads")
        return _("the mean of layer {layer}").format(layer=self.layer) if self.head is None else self.name

    @property
    def framed(self) -> tuple[int, int] | None:
        """Layer and head of a single head."""
        return None if self.layer is None or self.head is None else (self.layer, self.head)


def selections(layers: int, heads: int) -> list[HeadSelection]:
    """All that can be chosen of a model: the mean of all heads, then the layers, then the heads."""
    return [
        HeadSelection(),
        *(HeadSelection(layer) for layer in range(layers)),
        *(HeadSelection(layer, head) for layer in range(layers) for head in range(heads)),
    ]


def agreement_of(found: DocumentAttention, whose: HeadSelection, known: HeldOutAgreement | None) -> str:
    """How far the chosen head agrees with ROUGE here and elsewhere, and what it is to be compared with."""
    asked = found.hits.shape[-1]
    if not asked:
        here = _("No sentence of this summary shares a word with the document, so ROUGE has nothing to agree with.")
    elif whose.framed:
        here = _(
            "Here its most lifted segment is the most similar one (◆) for **{hits} of {sentences}** sentences."
        ).format(hits=int(found.hits[whose.framed].sum()), sentences=asked)
    else:
        here = ""
    if known is None:
        return " ".join(
            filter(None, [here, _("No head has been compared on other documents yet; see “How far to believe it”.")])
        )
    if whose.framed is None:
        return here
    message = (
        _("On {documents} other documents it agrees for {share:.0%} of {units} sentences (best head of: {controls}).")
        if known.controls
        else _("On {documents} other documents it agrees for {share:.0%} of {units} sentences.")
    )
    there = message.format(
        documents=known.documents,
        share=known.of(*whose.framed),
        units=known.units,
        controls=listed(f"{escape(name)} {share:.0%}" for name, share in known.controls.items()),
    )
    why = _("It was chosen there, not here.") if whose.best else ""
    return " ".join(filter(None, [here, there, why]))


def without_a_head(known: HeldOutAgreement) -> str:
    """What agrees on the other documents and reads nothing."""
    return _(
        "On the other documents always the first segment would agree for {lead:.0%} of the sentences, segments in the "
        "order of the text for {order:.0%}, one at random for {chance:.0%}."
    ).format(lead=known.lead, order=known.order, chance=known.chance)
