"""What the heads of one model of a run are matched by, measured when it is first asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from mhattn_core.attention.prepare_inputs import with_second_sentence
from mhattn_core.experiments.matching import text_effects, text_patterns
from mhattn_core.experiments.word_outputs import word_outputs
from mhattn_core.measures.matching.profiles import Profiles
from mhattn_core.measures.matching.texts import TextPattern
from mhattn_core.measures.sample import sampled
from mhattn_core.measures.word_outputs import WordOutputs
from mhattn_core.models.control_names import trained_name
from mhattn_core.models.model import Model
from mhattn_core.runs.profiles import profiles
from mhattn_core.runs.run import sums_file
from mhattn_core.runs.study import Corpus
from mhattn_core.runs.sums import ModelSums, fold_of, text_key
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

TEXTS = 100
"""Texts whose patterns and outputs are held in memory, for a few models at a time."""
EFFECT_TEXTS = 40
"""Texts on which each head is switched off."""
ITEMS, ABLATION = "items.parquet", "ablation.parquet"


@dataclass(frozen=True, eq=False)
class Shared:
    """What the models of a run have in common: its pairs, and where its tables stand.

    tell: so many more pairs were put through a network; raises Cancelled when the work is to stop.
    """

    corpus: Corpus
    folder: Path
    tell: Callable[[int], None] = lambda _pairs: None
    written: dict[tuple[str, str], SentencePair] = field(default_factory=dict)
    """Pairs as a model reads them, by its trained model's name and the pair's id."""

    @cached_property
    def texts(self) -> list[PairRecord]:
        """The ones whose patterns and outputs are compared."""
        keys = [text_key(record) for record in self.corpus.records]
        return [self.corpus.records[number] for number in sampled(keys, TEXTS)]

    @cached_property
    def keys(self) -> list[str]:
        """Of the texts."""
        return [text_key(record) for record in self.texts]

    @cached_property
    def folds(self) -> list[int]:
        """Of the texts."""
        return [fold_of(record) for record in self.texts]

    @cached_property
    def ablated(self) -> set[str]:
        """Models whose heads were switched off, so that they are matched by effect, too: hundreds of passes a text."""
        path = self.folder / ABLATION
        return set(pd.read_parquet(path, columns=["model"])["model"]) if path.exists() else set()

    @cached_property
    def items(self) -> pd.DataFrame:
        """Of all models; empty where no relations were measured."""
        path = self.folder / ITEMS
        return pd.read_parquet(path) if path.exists() else pd.DataFrame({"model": [], "stack": []})


def passes(pairs: int) -> int:
    """How many pairs are put through the network of one model, of so many, at most: its patterns, and its outputs."""
    return 2 * min(pairs, TEXTS)


class Features:
    """One model's, brought by ``get``. number: its place among the run's models."""

    def __init__(self, name: str, get: Callable[[str], Model], number: int, shared: Shared) -> None:
        self.name = name
        self._get = get
        self._number = number
        self._shared = shared
        self._outputs: dict[tuple[int, ...], Mapping[str, WordOutputs]] = {}

    @cached_property
    def model(self) -> Model:
        """Brought when what only a network tells is asked for; profiles are read from the run."""
        return self._get(self.name)

    @cached_property
    def profiles(self) -> Mapping[str, Profiles]:
        """By stack, over all pairs of the run; empty for a model that could read none."""
        items = self._shared.items[self._shared.items["model"] == self.name]
        by_stack = {str(stack): rows for stack, rows in items.groupby("stack", observed=True)}
        texts = {record.id: text_key(record) for record in self._shared.corpus.records}
        sums = ModelSums.load(sums_file(self._shared.folder, self._number))
        return profiles(self.name, sums, by_stack, texts)

    @cached_property
    def patterns(self) -> Mapping[str, Mapping[int, TextPattern]]:
        """By stack, of the ``texts``."""
        found = text_patterns(self.model, self._pairs)
        self._shared.tell(len(self._pairs))
        return found

    def outputs(self, sides: tuple[int, ...]) -> Mapping[str, WordOutputs]:
        """By stack, of the same texts, on words of these sentences."""
        if sides not in self._outputs:
            self._outputs[sides] = word_outputs(self.model, self._pairs, sides=sides, tell=self._shared.tell)
        return self._outputs[sides]

    @cached_property
    def effects(self) -> Mapping[str, np.ndarray]:
        """By stack, ``[head, text]`` of the first of the same texts: what each changes where the head is off."""
        return text_effects(self.model, self._pairs[:EFFECT_TEXTS], tell=lambda _texts: self._shared.tell(0))

    @cached_property
    def _pairs(self) -> list[SentencePair]:
        """The ``texts`` with a second sentence where the trained model writes one."""
        name, written = trained_name(self.name), self._shared.written
        for record in self._shared.texts:
            if (name, record.id) not in written:
                written[name, record.id] = with_second_sentence(self.model, record.pair)
        return [written[name, record.id] for record in self._shared.texts]
