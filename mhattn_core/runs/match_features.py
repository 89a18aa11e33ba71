"""What the heads of one model of a run are matched by, measured when it is first asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from mhattn_core.attention.prepare_inputs import with_second_sentence
from mhattn_core.experiments.matching import text_patterns
from mhattn_core.experiments.word_outputs import word_outputs
from mhattn_core.measures.matching.profiles import Profiles
from mhattn_core.measures.matching.texts import TextPattern
from mhattn_core.measures.sample import sampled
from mhattn_core.measures.word_outputs import WordOutputs
from mhattn_core.models import Model
from mhattn_core.models.control_names import trained_name
from mhattn_core.runs.chunk import measure_chunk
from mhattn_core.runs.profiles import profiles
from mhattn_core.runs.relations import measure_relations
from mhattn_core.runs.run import sums_file
from mhattn_core.runs.study import Corpus
from mhattn_core.runs.sums import ModelSums, text_key
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

TEXTS = 100
"""Texts whose patterns and outputs are held in memory, for a few models at a time."""
TWIN_PAIRS = 200
"""Pairs on which a model is measured that is not in the run."""
ITEMS = "items.parquet"


@dataclass(frozen=True, eq=False)
class Shared:
    """What the models of a run have in common: its pairs, and where its tables stand.

    measures: those whose sums it keeps. tell: so many more pairs were put through a network; raises Cancelled when the
    work is to stop.
    """

    corpus: Corpus
    folder: Path
    measures: Sequence[str]
    tell: Callable[[int], None] = lambda _pairs: None
    written: dict[tuple[str, str], SentencePair] = field(default_factory=dict)
    """Pairs as a model reads them, by its trained model's name and the pair's id."""

    @cached_property
    def texts(self) -> list[PairRecord]:
        """The ones whose patterns and outputs are compared."""
        return self.some(TEXTS)

    def some(self, most: int) -> list[PairRecord]:
        return [
            self.corpus.records[place] for place in sampled([text_key(record) for record in self.corpus.records], most)
        ]

    @cached_property
    def items(self) -> pd.DataFrame:
        """Of all models; empty where no relations were measured."""
        path = self.folder / ITEMS
        return pd.read_parquet(path) if path.exists() else pd.DataFrame({"model": [], "stack": []})


def passes(pairs: int) -> int:
    """How many pairs are put through the network of one model, of so many, at most: its patterns, its outputs, and its
    random control's measures.
    """
    return 2 * min(pairs, TEXTS) + min(pairs, TWIN_PAIRS)


class Features:
    """One model's. place: among the run's models, None for one that is not among them."""

    def __init__(self, model: Model, place: int | None, shared: Shared) -> None:
        self.model = model
        self._place = place
        self._shared = shared
        self._outputs: dict[tuple[int, ...], Mapping[str, WordOutputs]] = {}

    @cached_property
    def profiles(self) -> Mapping[str, Profiles]:
        """By stack: over all pairs of the run, or over some of them for a model that is not in it; empty for a model
        that could read none.
        """
        shared = self._shared
        records = shared.corpus.records
        if self._place is not None:
            items = shared.items[shared.items["model"] == self.model.name]
            by_stack = {str(stack): rows for stack, rows in items.groupby("stack", observed=True)}
            texts = {record.id: text_key(record) for record in records}
            return profiles(self.model.name, ModelSums.load(sums_file(shared.folder, self._place)), by_stack, texts)
        some = shared.some(TWIN_PAIRS)
        sums = ModelSums()
        sums.add_chunk(measure_chunk(self.model, self._read(some), shared.measures, tell=shared.tell), some)
        by_stack = {}
        if len(shared.items):
            annotated = dict(zip((record.id for record in records), shared.corpus.annotated, strict=True))
            found = measure_relations(self.model, some, [annotated[record.id] for record in some])
            by_stack = {stack: kept.items for stack, kept in found.items()}
        return profiles(self.model.name, sums, by_stack, {record.id: text_key(record) for record in some})

    @cached_property
    def patterns(self) -> Mapping[str, Mapping[int, TextPattern]]:
        """By stack, of the ``texts``."""
        found = text_patterns(self.model, self._read(self._shared.texts))
        self._shared.tell(len(self._shared.texts))
        return found

    def outputs(self, sides: tuple[int, ...]) -> Mapping[str, WordOutputs]:
        """By stack, of the same texts, on words of these sentences."""
        if sides not in self._outputs:
            self._outputs[sides] = word_outputs(
                self.model, self._read(self._shared.texts), sides=sides, tell=self._shared.tell
            )
        return self._outputs[sides]

    def _read(self, records: Sequence[PairRecord]) -> list[SentencePair]:
        name, written = trained_name(self.model.name), self._shared.written
        for record in records:
            if (name, record.id) not in written:
                written[name, record.id] = with_second_sentence(self.model, record.pair)
        return [written[name, record.id] for record in records]
