"""What there is to do for a run, model by model: sums, then studies of each, then studies of all. What is done stays
done.
"""

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path

import pandas as pd

from mhattn_core.attention.prompts import check_feeding
from mhattn_core.measures.measure import MEASURES
from mhattn_core.measures.quantities import families
from mhattn_core.models.control_names import trained_name
from mhattn_core.models.model import Model
from mhattn_core.runs.files import write_table
from mhattn_core.runs.manifest import Manifest
from mhattn_core.runs.model_sums import measure_model
from mhattn_core.runs.progress import Meter, Share
from mhattn_core.runs.run import sums_file
from mhattn_core.runs.second_sentences import collect, write_seconds
from mhattn_core.runs.shard_sums import measure_shards, sample_of
from mhattn_core.runs.shards import ShardedPairs
from mhattn_core.runs.studies import ACROSS, STUDIES
from mhattn_core.runs.study import AcrossInput, Corpus, StudyInput, Tables
from mhattn_core.runs.where import HERE, Where, Workers
from mhattn_core.text.annotation import Resources
from mhattn_core.text.feeding import AS_PAIR, Feeding
from mhattn_core.text.reading import PairRecord

MEASURABLE = tuple(sorted((*MEASURES, *STUDIES, *ACROSS), key=list(families()).index))
"""All that a run can be asked for, by name, in the order of its families in ``quantities.toml``."""
AS_FED = tuple(name for name in MEASURABLE if name in MEASURES or (name in STUDIES and STUDIES[name].as_fed))
"""Those of them that read the pairs as a run feeds them: in a chat, too, or a template."""


def measurable(feeding: Feeding) -> tuple[str, ...]:
    """What a run can be asked for whose pairs are fed so. Studies read the same words in every model, so none of them
    reads what each wrote for itself.
    """
    if feeding.is_generated:
        return tuple(name for name in MEASURABLE if name in MEASURES)
    return MEASURABLE if feeding == AS_PAIR else AS_FED


@dataclass(frozen=True, eq=False)
class Work:
    """The work on one run in its folder. pairs: all of them, or the shards that hold them, of which studies are given a
    sample, once the first sums are made. get: brings a model by its name. tokens: see ``batches``. where: who runs
    networks. dtype: of models that are loaded elsewhere.
    """

    folder: Path
    manifest: Manifest
    pairs: Sequence[PairRecord] | ShardedPairs
    resources: Resources
    get: Callable[[str], Model]
    tokens: int | None
    where: Where
    dtype: str

    @cached_property
    def corpus(self) -> Corpus:
        """Raises Problem where pairs are in shards and the sums are not made."""
        records = sample_of(self.folder) if isinstance(self.pairs, ShardedPairs) else self.pairs
        return Corpus(records, self.resources, self.manifest.keep_sentences, self.manifest.ablation)

    @property
    def steps(self) -> int:
        """What a meter counts to: pairs, once for each model and each study; all sums together are one."""
        asked = self.manifest.measures
        return (
            self.manifest.pairs
            * len(self.manifest.models)
            * (
                self.manifest.feeding.is_generated
                + any(name in MEASURES for name in asked)
                + sum(name not in MEASURES for name in asked)
            )
        )

    def do(self, meter: Meter) -> None:
        """All that is not done yet. Raises Cancelled, and Problem for a model that takes no pairs as they are fed."""
        names = [name for name, _revision in self.manifest.models]
        for number, name in enumerate(names):
            meter.start(name)
            if number:
                gc.collect()  # modules refer to one another in circles: without it this model stands beside the last one
            pairs = self._written(trained_name(name), meter) if self.manifest.feeding.is_generated else self.pairs
            model = cache(partial(self.get, name))
            if self.manifest.feeding != AS_PAIR and self.where is HERE:
                check_feeding(model(), self.manifest.feeding)
            with self.where.workers(name, model, self.dtype) as workers:
                self._one(number, pairs, model, workers, meter)
        if self.manifest.feeding.is_generated:
            collect(self.folder, keep_sentences=self.manifest.keep_sentences)
        for table in (table for study in self._asked(STUDIES) for table in STUDIES[study].tables):
            parts = [pd.read_parquet(self._part(number, table)) for number in range(len(names))]
            # The columns of a table without rows have types of their own.
            parts = [part for part in parts if len(part)] or parts[:1]
            write_table(self.folder / f"{table}.parquet", pd.concat(parts, ignore_index=True))
        for study in self._asked(ACROSS):
            share = Share(meter, self.manifest.pairs * len(names), len(self.corpus.records) * len(names))
            files = {table: self.folder / f"{table}.parquet" for table in ACROSS[study].tables}
            if not all(file.exists() for file in files.values()):
                _keep(ACROSS[study].measure(AcrossInput(names, self.get, self.corpus, self.folder, share.count)), files)
            share.fill()

    def _written(self, name: str, meter: Meter) -> Sequence[PairRecord]:
        """The pairs with what this model writes; a random control is shown what the trained model wrote."""
        model = cache(partial(self.get, name))
        if self.where is HERE:
            check_feeding(model(), self.manifest.feeding)
        with self.where.workers(name, model, self.dtype) as workers:
            return write_seconds(workers, name, self.corpus.records, self.folder, meter)

    def _one(
        self,
        number: int,
        records: Sequence[PairRecord] | ShardedPairs,
        model: Callable[[], Model],
        workers: Workers,
        meter: Meter,
    ) -> None:
        pairs = self.manifest.pairs
        if sums := self._asked(MEASURES):
            file = sums_file(self.folder, number)
            if isinstance(records, ShardedPairs):
                sampled = None if number else self.folder
                measure_shards(workers, records, sums, self.tokens, file, meter, sampled)
            else:
                measure_model(workers, records, sums, self.tokens, file, meter)
        for study in sorted(self._asked(STUDIES), key=lambda name: bool(STUDIES[name].reads)):
            files = {table: self._part(number, table) for table in STUDIES[study].tables}
            if all(file.exists() for file in files.values()):
                meter.resume(pairs)
                continue
            share = Share(meter, pairs, STUDIES[study].steps(model(), self.corpus.records))
            given = StudyInput(model(), self.corpus, workers, share, partial(self._earlier, number))
            _keep(STUDIES[study].measure(given), files)
            share.fill()

    def _asked(self, known: Mapping[str, object]) -> list[str]:
        return [name for name in self.manifest.measures if name in known]

    def _earlier(self, number: int, table: str) -> pd.DataFrame | None:
        """Rows of one model in a table that the run holds."""
        file = self._part(number, table)
        return pd.read_parquet(file) if file.exists() else None

    def _part(self, number: int, table: str) -> Path:
        """Where the rows of one model wait for those of the others."""
        return self.folder / "parts" / f"{number}-{table}.parquet"


def _keep(tables: Tables, files: Mapping[str, Path]) -> None:
    for table, file in files.items():
        write_table(file, tables[table])
