"""Many people at once: who comes next, how many are at work, and what is told to those who wait."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock

import pytest

from mhattn_core.visitors.fair import FairQueue
from mhattn_core.visitors.turns import Turns

PATIENCE = 30  # seconds until a test gives up; none passes by waiting


def taken(queue: FairQueue[str]) -> str:
    return " ".join(queue.take() for _number in range(len(queue)))


def test_each_person_comes_in_turn_however_much_one_asks_for() -> None:
    queue: FairQueue[str] = FairQueue()
    for owner, item in (("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1"), ("b", "b2")):
        queue.put(owner, item)
    assert [item for _owner, item in queue.order()] == ["a1", "b1", "c1", "a2", "b2", "a3"]
    assert taken(queue) == "a1 b1 c1 a2 b2 a3"


def test_who_was_served_waits_for_who_was_not() -> None:
    queue: FairQueue[str] = FairQueue()
    queue.put("a", "a1")
    assert queue.take() == "a1"
    queue.put("a", "a2")
    queue.put("b", "b1")
    assert taken(queue) == "b1 a2"
    with pytest.raises(IndexError):
        queue.take()


def test_what_waits_no_more_is_removed() -> None:
    queue: FairQueue[str] = FairQueue()
    queue.put("a", "a1")
    queue.put("a", "a2")
    assert queue.remove(lambda item: item == "a1")
    assert not queue.remove(lambda item: item == "a1")
    assert taken(queue) == "a2"


def test_no_more_are_at_work_than_there_are_turns() -> None:
    turns, lock, both, at_work, most = Turns(2), Lock(), Barrier(2), set[int](), [0]

    def work(number: int) -> None:
        with turns.taken(str(number)):
            with lock:
                at_work.add(number)
                most[0] = max(most[0], len(at_work))
            both.wait(PATIENCE)  # two are inside at the same time
            with lock:
                at_work.remove(number)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert most == [2]


def test_who_waits_is_told_how_many_come_before_and_served_fairly() -> None:
    turns, done, lock = Turns(), list[str](), Lock()
    go = Event()
    told: dict[str, Event] = {name: Event() for name in ("a2", "a3", "b1")}
    places: dict[str, int] = {}

    def work(owner: str, name: str) -> None:
        def waiting(before: int) -> None:
            places[name] = before
            told[name].set()

        with turns.taken(owner, waiting):
            with lock:
                done.append(name)
            assert go.wait(PATIENCE)

    begun = Event()

    def first() -> None:
        with turns.taken("a"):
            begun.set()
            assert go.wait(PATIENCE)

    with ThreadPoolExecutor(4) as pool:
        pool.submit(first)
        assert begun.wait(PATIENCE)
        waiting = []
        for owner, name in (("a", "a2"), ("a", "a3"), ("b", "b1")):
            waiting.append(pool.submit(work, owner, name))
            assert told[name].wait(PATIENCE)
        assert places["b1"] == 0, "whom nobody has served yet comes first"
        go.set()
        for one in waiting:
            one.result(PATIENCE)
    assert done == ["b1", "a2", "a3"]


def test_who_gives_up_leaves_the_queue_and_a_turn_holds_inside_a_turn() -> None:
    turns = Turns()
    with turns.taken("a"):
        with turns.taken("a"):
            pass
        with ThreadPoolExecutor(1) as pool:

            def give_up(_before: int) -> None:
                raise InterruptedError

            def wait() -> None:
                with turns.taken("b", give_up):
                    raise AssertionError("it is not its turn")

            with pytest.raises(InterruptedError):
                pool.submit(wait).result(PATIENCE)
    with turns.taken("c"):
        pass


def test_what_fails_gives_its_turn_back() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.taken("a"):
        _ = 1 / 0
    with turns.taken("b"):
        pass
