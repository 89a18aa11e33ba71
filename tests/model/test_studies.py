"""Studies of a run: tables beside the sums, kept model by model, resumed where they were stopped."""

import sys
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

import mhattn_core as mh
from mhattn_core.errors import Problem
from mhattn_core.measures.patterns.types import TYPES
from mhattn_core.measures.roles.causes import with_causes
from mhattn_core.runs import work
from mhattn_core.runs.analyze import analyze
from mhattn_core.runs.merge import merge
from mhattn_core.runs.progress import Cancelled, Meter, Progress, Share
from mhattn_core.runs.relations import control_part
from mhattn_core.runs.studies import STUDIES
from mhattn_core.runs.study import Study, StudyInput
from mhattn_core.text.examples import example_pairs
from mhattn_core.text.reading import PairRecord

MODELS = ("minilm", "minilm@random")


@pytest.fixture
def records() -> list[PairRecord]:
    return example_pairs("english", "english_next")[:5]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A study that counts letters, and which models it was asked of."""
    of: list[str] = []

    def measure(given: StudyInput) -> dict[str, pd.DataFrame]:
        of.append(given.model.name)
        given.tell(2 * len(given.records))
        letters = sum(len(record.pair.source) for record in given.records)
        return {
            "letters": pd.DataFrame({"model": [given.model.name], "letters": [letters]}),
            "empty": pd.DataFrame({"model": [given.model.name]}),
        }

    monkeypatch.setitem(
        STUDIES, "letters", Study(("letters", "empty"), measure, passes=lambda pairs, _heads: 2 * pairs, factor=1.0)
    )
    for module in (sys.modules[analyze.__module__], work):
        monkeypatch.setattr(module, "MEASURABLE", ("basic", "letters"))
    return of


def test_tables_of_all_models_stand_together(records: list[PairRecord], asked: list[str], tmp_path: Path) -> None:
    told: list[Progress] = []
    run = analyze(MODELS, records, out=tmp_path / "run", measures=("basic", "letters"), progress=told.append)
    assert run.table("letters")["model"].tolist() == list(MODELS)
    assert run.table("letters")["letters"].tolist() == [sum(len(record.pair.source) for record in records)] * 2
    assert not run.has("relations")
    with pytest.raises(Problem, match="relations"):
        _ = run.relations
    assert (told[-1].done, told[-1].total) == (20, 20)  # five pairs, two models, sums and one study
    assert all(before.done <= after.done for before, after in pairwise(told))


def test_a_study_alone_needs_no_sums(records: list[PairRecord], asked: list[str], tmp_path: Path) -> None:
    run = analyze(MODELS[:1], records, out=tmp_path / "run", measures=("letters",))
    assert run.heads.empty
    assert list(run.heads) == ["model", "stack", "layer", "head", "measure", "group", "value", "low", "high", "n"]
    assert len(run.table("letters")) == 1


def test_a_stopped_run_asks_no_model_twice(records: list[PairRecord], asked: list[str], tmp_path: Path) -> None:
    # Stopped when the second model's study has counted, before its tables are written.
    def stop() -> bool:
        return asked == list(MODELS)

    with pytest.raises(Cancelled):
        analyze(MODELS, records, out=tmp_path / "run", measures=("letters",), cancel=stop)
    run = analyze(MODELS, records, out=tmp_path / "run", measures=("letters",))
    assert asked == [*MODELS, MODELS[1]]
    assert run.table("letters")["model"].tolist() == list(MODELS)


def test_a_share_moves_the_meter_by_its_pairs_however_its_steps_are_counted() -> None:
    told: list[int] = []
    meter = Meter(10, lambda progress: told.append(progress.done), lambda: False)
    share = Share(meter, 4, 9)
    for _step in range(3):
        share.count(3)
    assert told == [1, 2, 4]
    share.count(5)  # more than was said
    share.fill()
    assert told[-1] == 4
    fewer = Share(meter, 6, 100)
    fewer.count(1)
    fewer.fill()
    assert told[-1] == 10


def test_only_sums_merge(records: list[PairRecord], asked: list[str], tmp_path: Path) -> None:
    first, second = (
        analyze(MODELS[:1], part, out=tmp_path / str(len(part)), measures=("basic", "letters"))
        for part in (records[:2], records[2:])
    )
    with pytest.raises(Problem, match="letters"):
        merge(first, second, out=tmp_path / "both")


def test_relations_and_patterns_of_a_run(
    minilm: mh.Model, records: list[PairRecord], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(control_part.__kwdefaults__, "networks", 2)
    run = mh.analyze([minilm], records, out=tmp_path / "run", measures=("basic", "patterns", "relations"))
    assert set(run.patterns["type"]) <= set(TYPES)
    assert len(run.patterns) <= 72
    assert {"insufficient data", "not measurable"} == set(run.relations["verdict"])
    one = run.items[(run.items["relation"] == "previous_word") & (run.items["direction"] == "dependent_to_head")]
    rates = run.rates.query("relation == 'previous_word' and direction == 'dependent_to_head'")
    assert len(rates) == 72
    assert (rates["n"] == len(one)).all()
    assert (rates["hits"] <= rates["n"]).all()


def test_a_pattern_specialist_becomes_a_specialist_when_its_loss_hurts() -> None:
    numbers = {"fewest": 300, "held_out": 0.8, "low": 0.2, "q": 0.001, "offset_low": 0.3, "offset_q": 0.001}
    numbers |= {"class_rule": 0.5, "selectivity_low": 0.2, "word_mass": 0.6, "random95": 0.3, "shuffled95": 0.3}
    numbers |= {"stack": "decoder", "direction": "column", "layer": 2}
    rows = [
        {
            "model": "m",
            "relation": "nsubj",
            "head": 1,
            "verdict": "pattern specialist",
            "reason": "not ablated",
            **numbers,
        },
        {
            "model": "m",
            "relation": "det",
            "head": 0,
            "verdict": "pattern specialist",
            "reason": "not ablated",
            **numbers,
        },
        {
            "model": "m",
            "relation": "obj",
            "head": 1,
            "verdict": "pattern specialist",
            "reason": "not ablated",
            **numbers,
        },
        {
            "model": "m",
            "relation": "nsubj",
            "head": 1,
            "verdict": "nearest-class head",
            "reason": "nearest class",
            **numbers | {"low": -0.05},
        },
    ]
    pairs = pd.DataFrame(
        [
            {"model": "m", "relation": relation, "stack": "decoder", "layer": 2, "head": head, "hurts": hurts}
            for relation, head, hurts in (("nsubj", 1, True), ("det", 0, False), ("nsubj", 0, False))
        ]
    )
    changed = with_causes(pd.DataFrame(rows), minimal_pairs=pairs)
    assert changed["verdict"].tolist() == [
        "specialist",
        "pattern specialist",
        "pattern specialist",
        "nearest-class head",
    ]
    assert changed["reason"].tolist() == ["ablation hurts", "ablation does not hurt", "not ablated", "nearest class"]
