"""What the Summarisation page draws from: a document with its summary, and what one model's heads take from its
segments.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core.charts.segment_matrix import MOST_COLUMNS
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.segments import agrees, in_order, lift, likest, of_units, rouge, shares
from mhattn_core.runs.run import Run
from mhattn_core.runs.summaries import stored_weights
from mhattn_core.text.documents import Document, SegmentBy, place_of, read_document, sentences_of, written_in
from mhattn_core.text.words import Sentence

if TYPE_CHECKING:
    from mhattn_core.attention.segments import SegmentWeights

BEGINS = 48


@dataclass(frozen=True)
class DocumentInput:
    """A document and its summary, empty where a model is to write it.

    id: the gallery's; empty for a person's own (``own``), and for another cut. written_by: the model that wrote the
    summary, empty where a person did;
    had_read: how many segments it had before it. cut_off: it had not come to an end when it had to.
    """

    document: Document
    summary: Sentence
    by: SegmentBy = "paragraph"
    id: str = ""
    own: bool = False
    written_by: str = ""
    had_read: int = 0
    cut_off: bool = False

    def cut_into(self, by: SegmentBy) -> "DocumentInput":
        """The same document of the gallery in paragraphs or sentences. Raises Problem for marks: it has none."""
        if by == "paragraph":
            return self
        if by == "mark":
            raise Problem(
                _("The gallery's documents have no marks."),
                _("Cut them into paragraphs or sentences, or type a document of your own."),
            )
        parts = [part for segment in self.document.segments for part in read_document(segment, by="sentence").segments]
        return replace(self, document=Document(tuple(parts), "" if self.language == "zh" else " "), by=by, id="")

    @property
    def language(self) -> str:
        """``zh`` or ``en``."""
        return written_in(" ".join(self.document.segments))

    @cached_property
    def sentences(self) -> list[str]:
        """Of the summary."""
        return sentences_of(self.summary.text)

    @cached_property
    def likest(self) -> np.ndarray:
        """int ``[sentence]``: the segment of highest ROUGE-L, -1 where a sentence is like none."""
        return likest(self.likeness) if self.summary else np.empty(0, dtype=int)

    @property
    def in_order(self) -> np.ndarray:
        """int ``[sentence]``: the segment as far into the document as the sentence is into the summary."""
        return in_order(*self.likeness.shape) if self.summary else np.empty(0, dtype=int)

    @cached_property
    def likeness(self) -> np.ndarray:
        """ROUGE-L ``[sentence, segment]``."""
        return rouge(self.sentences, self.document.segments)

    @cached_property
    def sentence_of(self) -> list[int]:
        """For each word of the summary its sentence."""
        return place_of(self.summary, self.sentences)


@dataclass(frozen=True, eq=False)
class DocumentAttention:
    """What the heads of one model take. run: the id of the run in which it was stored; empty where it was run here."""

    model: str
    revision: str
    given: DocumentInput
    weights: "SegmentWeights"
    run: str = ""

    @property
    def source(self) -> str:
        """The model with its revision, and the run, for files that leave the dashboard."""
        return f"{self.model}@{self.revision}" + (f" · run {self.run}" if self.run else "")

    @property
    def nbytes(self) -> int:
        return self.weights.weights.nbytes + self.weights.own.nbytes

    @cached_property
    def lifts(self) -> np.ndarray:
        """Of every head, ``[layer, head, sentence, segment]``."""
        return lift(of_units(self.weights.weights, self.given.sentence_of), self.weights.words)

    @cached_property
    def hits(self) -> np.ndarray:
        """bool ``[layer, head, sentence]``: whether the most lifted segment is the likest; of the sentences that are
        like any.
        """
        asked = self.given.likest >= 0
        return agrees(self.lifts[..., asked, :], self.given.likest[asked])

    def taken(self, layer: int | None = None, head: int | None = None) -> np.ndarray:
        """Weights ``[summary word, segment]`` of a head, or their mean over a layer's heads, or over all."""
        return _over_heads(self.weights.weights, layer, head)

    def own(self, layer: int | None = None, head: int | None = None) -> np.ndarray:
        """What each word takes of the summary itself, ``[summary word]``, of the same heads."""
        return _over_heads(self.weights.own, layer, head)

    def taken_by(self, part: int, taken: np.ndarray, by: str, rows: Sequence[int] | None = None) -> np.ndarray:
        """What one part of the summary takes of every segment, ``[segment]``. part: its number among the words, of
        these only ``rows``, or among the sentences (``by``); taken ``[summary word, segment]``.
        """
        if by == "sentences":
            return np.asarray(taken[np.array(self.given.sentence_of) == part].mean(axis=0))
        return np.asarray(taken[rows[part] if rows else part])


def _over_heads(weights: np.ndarray, layer: int | None, head: int | None) -> np.ndarray:
    """Of ``[layer, head, …]`` one head's, or the mean over a layer's heads, or over all."""
    of_layer = weights if layer is None else weights[layer : layer + 1]
    return np.asarray((of_layer if head is None else of_layer[:, head : head + 1]).mean(axis=(0, 1)))


def attention_in(run: Run, model: str, given: DocumentInput) -> DocumentAttention | None:
    """What a run holds of a document of the gallery, as it stands there."""
    weights = stored_weights(run, model, given.id)
    if weights is None:
        return None
    return DocumentAttention(model, dict(run.manifest.models)[model], given, weights, run.id)


def cells(
    given: DocumentInput, taken: np.ndarray, *, by: str, rows: Sequence[int] | None = None, most: int = MOST_COLUMNS
) -> pd.DataFrame:
    """The table of ``charts.segment_matrix``, a row a part and segment; taken ``[summary word, segment]``; by:
    ``words`` or ``sentences``.

    rows: the parts to take, by default all. More columns than ``most`` are joined to groups of neighbours: shares,
    lengths and lifts add up.
    """
    if by == "sentences":
        weights, parts, whose = (
            of_units(taken, given.sentence_of),
            list(given.sentences),
            np.arange(len(given.sentences)),
        )
    else:
        weights, parts, whose = taken, [word.text for word in given.summary.words], np.array(given.sentence_of)
    kept = np.arange(len(parts)) if rows is None else np.array(rows)
    length = np.array(given.document.words)
    table = pd.DataFrame(
        {
            "row": np.repeat(np.arange(len(kept)), len(length)),
            "part": np.repeat(np.array(parts, dtype=object)[kept], len(length)),
            "column": np.tile(np.arange(len(length)), len(kept)),
            "share": shares(weights)[kept].ravel().astype(float),
            "length": np.tile(length / length.sum(), len(kept)),
            "lift": lift(weights, length)[kept].ravel().astype(float),
            "likest": (given.likest[whose[kept]][:, None] == np.arange(len(length))).ravel(),
        }
    )
    together = -(-len(length) // most)
    if together > 1:
        table = table.assign(column=table["column"] // together).groupby(
            ["row", "part", "column"], sort=False, as_index=False
        )
        table = table.agg({"share": _total, "length": "sum", "lift": _total, "likest": "any"})
    firsts = table["column"].to_numpy() * together
    lasts = np.minimum(firsts + together, len(length))
    names = [
        str(first + 1) if last == first + 1 else f"{first + 1}–{last}"
        for first, last in zip(firsts, lasts, strict=True)
    ]
    return table.assign(segment=names, begins=[given.document.segments[first][:BEGINS] for first in firsts])


def _total(values: pd.Series) -> float:
    return float(values.sum(skipna=False))


def seams(found: DocumentAttention) -> list[float]:
    """Where one window ends and the next begins, in columns as drawn; inside a segment that was read in two parts, at
    its middle.
    """
    together = -(-len(found.weights.words) // MOST_COLUMNS)
    places = []
    for before, after in zip(found.weights.windows, found.weights.windows[1:], strict=False):
        cut_inside = before[-1].segment == after[0].segment
        places.append((after[0].segment + (0.5 if cut_inside else 0)) / together - 0.5)
    return places


def cells_titles() -> dict[str, str]:
    """What the columns of ``cells`` are called that people read, in their order."""
    return {
        "part": _("in the summary"),
        "segment": _("segment"),
        "share": _("share of attention"),
        "length": _("share of the words"),
        "lift": _("lift over length"),
        "likest": _("most similar by ROUGE-L"),
        "begins": _("it begins"),
    }


def totals(found: DocumentAttention, layer: int | None = None, head: int | None = None) -> pd.DataFrame:
    """Where each word's attention goes, of a head or on average over a layer's, or all: its sum over the document's
    segments, the summary itself and special tokens. Each row sums to 1; columns are named for people.
    """
    document, own = found.taken(layer, head).sum(axis=-1), found.own(layer, head)
    words = [word.text for word in found.given.summary.words]
    return pd.DataFrame(
        {
            _("in the summary"): words,
            _("to the document"): document,
            _("to the summary itself"): own,
            _("to special tokens"): 1 - document - own,
        }
    )
