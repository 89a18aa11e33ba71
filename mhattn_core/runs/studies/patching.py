"""Which heads carry what tells two openings apart: parts of them are moved from one run into the other."""

from collections.abc import Sequence

from mhattn_core.experiments.ablation.minimal_pairs import reads
from mhattn_core.experiments.ablation.patching import patching_table, rows_to_run
from mhattn_core.experiments.ablation.texts import ablation_texts
from mhattn_core.experiments.ablation.trials import Trials
from mhattn_core.measures.sample import sampled
from mhattn_core.models.model import Model
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.runs.sums import text_key
from mhattn_core.text.contrasts import Contrast, contrast_of, contrasts
from mhattn_core.text.reading import PairRecord

MOST = 200
"""Pairs of a reader's file, chosen by a hash of them."""


def _measure(given: StudyInput) -> Tables:
    model = given.model
    trials = Trials(model, [text.pair for text in ablation_texts(model, given.records)])
    means = trials.corpus_means if trials.tasks else None
    return {"patching": patching_table(model, _asked(given.records), means, tell=given.tell)}


def _asked(records: Sequence[PairRecord]) -> list[Contrast]:
    """This project's, and those that the run's own pairs are: two sentences that differ in a word or a phrase."""
    own = {
        text_key(record): contrast
        for record in records
        if record.pair.b and (contrast := contrast_of(record.pair, record.group)) is not None
    }
    keys = list(own)
    return [*contrasts(), *(own[keys[at]] for at in sorted(sampled(keys, MOST)))]


def _work(model: Model, records: Sequence[PairRecord]) -> tuple[int, float]:
    openings = {one.clean: one for one in _asked(records) if reads(model, one.source or one.clean)}
    words = [len(opening.split()) for opening in openings]
    return rows_to_run(len(model.attention.all_heads()), len(openings)), sum(words) / max(len(words), 1)


PATCHING = Study(("patching",), _measure, work=_work, factor=0.5)
