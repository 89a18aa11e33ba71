"""What each study of a run costs, over the basic measures of the same sentences."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from mhattn_core.bench.corpus import sums_of
from mhattn_core.bench.timing import one_thread, work
from mhattn_core.measures.measure import MEASURES
from mhattn_core.models.model import Model
from mhattn_core.models.random_control import random_control
from mhattn_core.runs.analyze import analyze
from mhattn_core.runs.sets import BASIC, EVERYTHING
from mhattn_core.runs.studies import ACROSS, STUDIES
from mhattn_core.runs.study import Corpus, StudyInput
from mhattn_core.text.examples import example_pairs
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

FEW = 4
ANNOTATION = "annotation"
"""Word classes, syntax and the like: found once for all studies and models of a run."""


def study_costs(
    get: Callable[[], Model], records: Sequence[PairRecord] = (), studies: Sequence[str] = EVERYTHING
) -> list[dict[str, object]]:
    """Seconds of each study on records (by default the 120 English example sentences), and their ratio to those of the
    basic measures, which are the first study, from texts to tables. One thread; all is done with a few sentences
    before, since the first time also imports and compiles.

    Studies of all models together are those of the model and its random control, for each of the two.
    """
    model, records = get(), list(records) or _sentences()
    with one_thread():
        for some in (records[:FEW], records):
            corpus = Corpus(some)
            seconds = {ANNOTATION: work(lambda corpus=corpus: corpus.annotated, model.network.device)}  # type: ignore[misc]  # bound now
            for name in studies:
                seconds[name] = _across(model, some, name) if name in ACROSS else _alone(model, corpus, name)
    return [{"study": name, "seconds": took, "÷ basic": took / seconds[BASIC]} for name, took in seconds.items()]


def _alone(model: Model, corpus: Corpus, name: str) -> float:
    task = partial(sums_of, model, corpus.records, [name]) if name in MEASURES else partial(_study, model, corpus, name)
    return work(task, model.network.device)


def _study(model: Model, corpus: Corpus, name: str) -> None:
    STUDIES[name].measure(StudyInput.here(model, corpus, lambda _pairs: None))


def _across(model: Model, records: list[PairRecord], name: str) -> float:
    """What a study of all models adds to a run of two, by half."""
    models = [model, random_control(model)]
    times = []
    for measures in ([BASIC], [BASIC, name]):
        with TemporaryDirectory() as folder:
            task = partial(analyze, models, records, out=Path(folder) / "run", measures=measures)
            times.append(work(task, model.network.device))
    return (times[1] - times[0]) / len(models)


def _sentences() -> list[PairRecord]:
    pairs = example_pairs("english", "english_next")
    texts = [text for record in pairs for text in (record.pair.source, record.pair.target)]
    return [PairRecord(str(line), SentencePair(text), line) for line, text in enumerate(texts)]
