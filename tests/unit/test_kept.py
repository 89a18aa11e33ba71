"""Results that many threads share: bounded, whole, and made once."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest

from mhattn_core.visitors.kept import Kept


def test_the_least_recently_used_go_first() -> None:
    results = Kept(3)
    for number in range(3):
        results.keep(number, str(number))
    assert results.recall(0) == "0"
    results.keep(3, "3")
    assert [results.recall(number) for number in range(4)] == ["0", None, "2", "3"]
    assert len(results) == 3


def test_what_is_kept_takes_a_bounded_memory() -> None:
    results = Kept(16, most_bytes=100)
    for number in range(5):
        results.keep(number, np.zeros(5))
    assert [results.recall(number) is not None for number in range(5)] == [False, False, False, True, True]
    results.keep("large", np.zeros(50))
    assert (len(results), results.recall("large") is not None) == (1, True)


def test_threads_that_push_out_one_anothers_results_get_their_own() -> None:
    results = Kept(4)

    def visit(thread: int) -> bool:
        order = np.random.default_rng(thread).integers(0, 12, 2000).tolist()
        return all(results.once(number, lambda number=number: [number]) == [number] for number in order)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(visit, range(8)))
    assert len(results) == 4


def at_once(
    results: Kept, first: Callable[[], str], second: Callable[[], str], begun: Event, go: Event
) -> tuple[Future[str], Future[str]]:
    """The second asks while the first is making."""
    waits = Event()
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(results.once, "key", first)
        assert begun.wait(60)
        other = pool.submit(results.once, "key", second, waiting=waits.set)
        assert waits.wait(60)
        # Nothing is locked while a result is made.
        results.keep("another", "result")
        assert results.recall("another") == "result"
        go.set()
    return one, other


def test_the_same_asked_twice_at_once_is_made_once() -> None:
    begun, go = Event(), Event()

    def make() -> str:
        begun.set()
        assert go.wait(60)
        return "made"

    def again() -> str:
        raise AssertionError("made twice")

    one, other = at_once(Kept(4), make, again, begun, go)
    assert (one.result(), other.result()) == ("made", "made")


def test_who_waits_makes_it_where_the_first_gives_up() -> None:
    begun, go = Event(), Event()

    def stop() -> str:
        begun.set()
        assert go.wait(60)
        raise KeyboardInterrupt

    one, other = at_once(Kept(4), stop, lambda: "made after all", begun, go)
    with pytest.raises(KeyboardInterrupt):
        one.result()
    assert other.result() == "made after all"


def test_who_waits_may_stop_waiting() -> None:
    results, begun, go = Kept(4), Event(), Event()

    def make() -> str:
        begun.set()
        assert go.wait(60)
        return "made"

    def stop() -> None:
        raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool:
        one = pool.submit(results.once, "key", make)
        assert begun.wait(60)
        with pytest.raises(KeyboardInterrupt):
            results.once("key", lambda: "another", waiting=stop)
        go.set()
        assert one.result() == "made"
