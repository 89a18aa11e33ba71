"""What heads find together, by hand."""

import numpy as np

from mhattn_core.measures.fusion.coverage import as_seen, best_together, chance, covered, hits

LINKS = [(1, 0), (0, 3), (2, 1)]
EVERYTHING = np.ones((4, 4), dtype=bool)


def looking_at(*keys: int) -> np.ndarray:
    """A head that puts most of each word's weight on one word, and as much again on the word itself, which does not
    count.
    """
    rows = np.full((4, 4), 0.05)
    rows[np.arange(4), keys] += 0.4
    return rows + 0.5 * np.eye(4)


def test_hits_leave_the_word_itself_out() -> None:
    heads = np.stack([looking_at(3, 0, 3, 0), looking_at(1, 2, 1, 2)])[None]
    assert hits(heads, EVERYTHING, LINKS).tolist() == [[True, False], [True, False], [False, True]]


def test_a_hidden_link_is_read_from_its_other_end() -> None:
    causal = np.tril(EVERYTHING)
    assert as_seen(causal, (0, 3)) == (3, 0)
    assert as_seen(causal, (2, 1)) == (2, 1)
    assert hits(np.stack([looking_at(0, 0, 0, 0)])[None], causal, LINKS)[:, 0].tolist() == [True, True, False]


def test_a_head_that_gives_nothing_finds_nothing() -> None:
    assert not hits(np.zeros((1, 1, 4, 4)), EVERYTHING, [(1, 0)]).any()


def test_the_best_together_need_not_hold_the_best_alone() -> None:
    found = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1], [0, 1, 0], [0, 0, 1], [1, 0, 0]], dtype=bool)
    assert best_together(found, 1) == [(0,)]
    assert best_together(found)[2] == (0, 1, 2)
    # Head 0 finds 4; with 1 or with 2 it makes 5; 1 and 2, which share nothing, make 5 as well.
    assert covered(found) == [4 / 6, 5 / 6, 1.0]
    apart = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1], [0, 1, 0], [0, 0, 1], [0, 0, 1]], dtype=bool)
    assert best_together(apart)[1] == (1, 2)


def test_heads_that_add_nothing_are_not_named() -> None:
    found = np.array([[1, 1, 0], [1, 0, 0]], dtype=bool)
    assert best_together(found) == [(0,)]
    assert covered(found) == [1.0, 1.0, 1.0]
    assert best_together(np.zeros((2, 3), dtype=bool)) == []
    assert covered(np.zeros((2, 3), dtype=bool)) == [0.0, 0.0, 0.0]


def test_chance_is_that_of_heads_that_choose_anything() -> None:
    """One head hits a third of the time: of three other words one is right."""
    drawn = chance(EVERYTHING, LINKS * 20, heads=1)
    assert abs(drawn[:, 0].mean() - 1 / 3) < 0.02
    many = chance(EVERYTHING, LINKS, heads=40)
    assert (np.diff(many, axis=1) >= 0).all()
    assert many[:, 2].mean() > 0.95
