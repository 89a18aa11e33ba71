"""What the links of a head are compared with on one pair: gold, or the links of a reference aligner."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.measures.alignment.aligned import Gold, gold_links
from mhattn_core.models.readers import reads
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.pharaoh import Alignment


@dataclass(frozen=True, eq=False)
class ReferenceLinks:
    """Links ``[target, source]`` as one model reads the pair. measure: ``aer`` against gold, else ``f1``. about: whose
    links they are, in Markdown.
    """

    links: Gold
    measure: Literal["aer", "f1"]
    about: str

    @property
    def code(self) -> str:
        """The links as Python; where numpy is ``np``."""
        sure, possible = (np.asarray(links).astype(int).tolist() for links in self.links)
        return f"ReferenceLinks(Gold(np.array({sure}) > 0, np.array({possible}) > 0), {self.measure!r}, '')"


IMPORTS = (
    "import numpy as np",
    "from mhattn_core.findings.translation.reference import ReferenceLinks",
    "from mhattn_core.measures.alignment.aligned import Gold",
)
"""For ``ReferenceLinks.code``."""


def gold_reference(alignment: Alignment, pair: SentencePair) -> ReferenceLinks:
    """Gold links of a pair as a model reads it. Raises Problem for a link to a word that is not there."""
    return ReferenceLinks(gold_links(alignment, pair), "aer", _("Gold links, drawn by a person."))


def aligner_reference(name: str, links: np.ndarray) -> ReferenceLinks:
    """The links of a reference aligner, as ``reference_links`` gives them. name: of the model."""
    about = (
        _(
            "Links of {name}: the mean of all heads in its last decoder layer but one. They are another model's "
            "guess, not gold."
        )
        if reads(name)
        else _(
            "Links by {name}: words that are each other's nearest by their embeddings. They are another model's "
            "guess, not gold."
        )
    )
    return ReferenceLinks(Gold(links, links), "f1", about.format(name=escape(name)))
