"""What a run can hold beside sums: studies of one model, or of several, whose results are tables of their own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from mhattn_core.measures.ablation.quantities import OFF_BY, Off
from mhattn_core.models.model import Model
from mhattn_core.runs.progress import Tell, Telling, Watcher
from mhattn_core.runs.where import Result, Step, Workers, in_this_process
from mhattn_core.text.annotation import NO_RESOURCES, Annotated, Resources, annotate
from mhattn_core.text.reading import PairRecord

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Corpus:
    """All pairs of a run, in order; annotated when a study first asks for it, once for all models. keeps_sentences:
    whether tables may hold them. ablation: how the study of ablation switches heads off.
    """

    records: Sequence[PairRecord]
    resources: Resources = NO_RESOURCES
    keeps_sentences: bool = False
    ablation: Off = OFF_BY
    known: dict[tuple[str, str], Any] = field(default_factory=dict)
    """What a study (by its name) found of one model that serves another as well."""

    @cached_property
    def annotated(self) -> Sequence[Annotated]:
        return annotate(self.records, resources=self.resources)


@dataclass(frozen=True, eq=False)
class StudyInput:
    """One model's work, done in this process or by ``workers``. watcher: told how many more pairs were put through the
    network; raises Cancelled when the work is to stop. earlier: the model's rows of a table that the study reads, None
    where the run does not measure it.
    """

    model: Model
    corpus: Corpus
    workers: Workers
    watcher: Watcher
    earlier: Callable[[str], pd.DataFrame | None] = lambda _table: None

    @classmethod
    def here(cls, model: Model, corpus: Corpus, tell: Tell) -> "StudyInput":
        """Work that is done in this process."""
        return cls(model, corpus, in_this_process(model), Telling(tell))

    def tell(self, pairs: int) -> None:
        """So many more pairs were put through the network."""
        self.watcher.count(pairs)

    def spread(self, measure: Callable[[Model, Any, Tell], Result], parts: Sequence[Any]) -> Iterator[Result]:
        """What a function of a module gives of each part, in their order, wherever it is measured; a part says how many
        pairs it has (``len``).
        """
        name = measure.__name__.strip("_")
        step: Step[Any, Result] = Step(measure, size=len, name=lambda _part: name)
        return self.workers.results(step, parts, self.watcher)

    @property
    def records(self) -> Sequence[PairRecord]:
        return self.corpus.records

    @property
    def annotated(self) -> Sequence[Annotated]:
        return self.corpus.annotated


@dataclass(frozen=True)
class Study:
    """tables: names of the files that it gives, without ``.parquet``; ``measure`` returns the model's rows of each.

    passes: pairs that it puts through the network, of a corpus of so many, for the progress and the cost of a run
    (``heads``: the model's number of heads); ``work``: of a study that reads other texts than the pairs, how many, and
    how many words each has in the mean; ``factor``: what one of them costs, in bare forward passes of a pair;
    ``of_controls``: those of the passes that are of random controls, which a model and NAME@random have in common, so
    that the second of the two in a run is spared them.
    seconds: of a study that reads texts of any length, window by window: what it takes on these pairs, told by one
    window. as_fed: whether it reads the pairs as the run feeds them, and no texts of its own. reads: tables of other
    studies that it is given where the run measures them; it comes after those.
    """

    tables: tuple[str, ...]
    measure: Callable[[StudyInput], Tables]
    passes: Callable[[int, int], int] = lambda pairs, _heads: pairs
    work: Callable[[Model, Sequence[PairRecord]], tuple[int, float]] | None = None
    factor: float = 1.0
    of_controls: Callable[[int], int] = lambda _pairs: 0
    seconds: Callable[[Model, Sequence[PairRecord]], float] | None = None
    as_fed: bool = False
    reads: tuple[str, ...] = ()

    def steps(self, model: Model, records: Sequence[PairRecord]) -> int:
        """How many texts it puts through the network."""
        return self.work(model, records)[0] if self.work else self.passes(len(records), _heads(model))

    def cost(self, model: Model, records: Sequence[PairRecord], *, controls_known: bool = False) -> float:
        """What it costs, in bare forward passes of a pair of the corpus."""
        if self.work:
            texts, words = self.work(model, records)
            of_pairs = sum(len(record.pair.a.words) + len(record.pair.b.words) for record in records)
            return texts * words * len(records) / max(of_pairs, 1) * self.factor
        spared = self.of_controls(len(records)) if controls_known else 0
        return (self.passes(len(records), _heads(model)) - spared) * self.factor


@dataclass(frozen=True, eq=False)
class AcrossInput:
    """All models' work: ``names`` and how to ``get`` each; ``folder`` holds the run's sums and the tables of its
    studies.
    """

    names: Sequence[str]
    get: Callable[[str], Model]
    corpus: Corpus
    folder: Path
    tell: Callable[[int], None]


@dataclass(frozen=True)
class Across:
    """A study of all models together, after each has been measured alone. ``passes`` and ``factor`` as of a ``Study``,
    for each model.
    """

    tables: tuple[str, ...]
    measure: Callable[[AcrossInput], Tables]
    passes: Callable[[int, int], int]
    factor: float

    def cost(self, model: Model, records: Sequence[PairRecord]) -> float:
        """What it costs for each model, in bare forward passes of a pair of the corpus."""
        return self.passes(len(records), _heads(model)) * self.factor


def _heads(model: Model) -> int:
    return sum(model.attention.layers(stack) * model.attention.heads(stack) for stack in model.stacks)
