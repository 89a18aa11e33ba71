"""What becomes of work whose workers die: against a stand-in for Ray, at any moment."""

from collections import Counter
from dataclasses import replace
from functools import partial

import pytest
from fake_ray import Death, FakeRay

import mhattn_core as mh
from mhattn_core.runs.model_sums import added, records_step
from mhattn_core.runs.progress import WorkerState
from mhattn_core.runs.ray_delivery import delivered
from mhattn_core.runs.ray_pool import Pool
from mhattn_core.runs.sums import ModelSums
from mhattn_core.runs.where import Step
from mhattn_core.text.reading import PairRecord


class Looking:
    """Who looks on."""

    def __init__(self) -> None:
        self.told: list[int] = []
        self.states: list[WorkerState] = []

    def count(self, pairs: int) -> None:
        self.told.append(pairs)

    def show(self, workers: list[WorkerState]) -> None:
        self.states += workers


def _squares(_model: object, part: range, _tell: object) -> Counter[int]:
    return Counter({number * number: 1 for number in part})


def _sum(parts: list[Counter[int]]) -> Counter[int]:
    return sum(parts, Counter())


SQUARES = Step(
    _squares,
    size=len,
    halves=lambda part: (part[: len(part) // 2], part[len(part) // 2 :]) if len(part) > 1 else (),
    lost=lambda part: Counter({-part[0]: 1}),
    merge=_sum,
    name=lambda part: f"{part.start} – {part.stop}",
)
PARTS = [range(start, start + 7) for start in range(0, 777, 7)]


@pytest.mark.parametrize("workers", [1, 3, 9])
@pytest.mark.parametrize("seed", range(12))
def test_whoever_dies_and_whenever_each_part_counts_once(workers: int, seed: int) -> None:
    ray = FakeRay(seed, share=0.08)
    looking = Looking()
    pool = Pool(ray, ray.start, workers)
    results = list(delivered(pool, SQUARES, PARTS, looking))
    assert ray.killed > 2
    assert _sum(results) == Counter({number * number: 1 for number in range(777)})
    firsts = [min(result) for result in results]
    assert firsts == sorted(firsts)  # in their order
    assert len(results) == -(-len(PARTS) // max(1, min(8, workers // 2)))  # several come as one


def test_a_part_without_halves_is_measured_until_it_is_done_or_said_to_be_deadly() -> None:
    def deadly(_model: object, part: int, _tell: object) -> int:
        if part == 3:
            raise Death
        return part

    ray = FakeRay()
    with pytest.raises(mh.Problem, match="ends every process"):
        list(delivered(Pool(ray, ray.start, 2), Step(deadly), [1, 2, 3, 4], Looking()))
    assert ray.sent.count(3) == 3


def test_what_a_part_raises_is_raised() -> None:
    def broken(_model: object, part: int, _tell: object) -> int:
        raise mh.Problem("It rained.", "Wait.")

    ray = FakeRay()
    with pytest.raises(mh.Problem, match="It rained"):
        list(delivered(Pool(ray, ray.start, 1), Step(broken), [1], Looking()))


def test_workers_that_never_start_are_a_problem() -> None:
    ray = FakeRay(share=1.0)
    with pytest.raises(mh.Problem, match="as soon as they start"):
        list(delivered(Pool(ray, ray.start, 2), SQUARES, PARTS, Looking()))


def _until_poison(_measures: object, _model: object, records: list[PairRecord], _tell: object) -> ModelSums:
    if any(record.pair.source == "poison" for record in records):
        raise Death
    return ModelSums(done=len(records))


def test_a_pair_that_takes_its_worker_with_it_is_left_out() -> None:
    sources = ["a", "b", "c", "d", "poison", "f", "g", "h", "i", "j", "k", "l"]
    records = [PairRecord(str(number), mh.SentencePair(text), number) for number, text in enumerate(sources)]
    step = replace(records_step(("basic",), None), measure=partial(_until_poison, ()))
    ray, looking = FakeRay(), Looking()
    parts = list(delivered(Pool(ray, ray.start, 1), step, [records[:8], records[8:]], looking))
    whole = added(parts)
    assert (whole.done, whole.reasons) == (12, {4: "The process that measured it ended."})
    assert sum(looking.told) == 12
    assert {state.part for state in looking.states} >= {"0 – 7", ""}
    assert Counter(len(part) for part in ray.sent)[1] == 3 + 1  # the pair three times, its neighbour once
