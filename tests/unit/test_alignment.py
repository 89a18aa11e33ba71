"""Alignment by hand and by plain loops over sets."""

import numpy as np
import pytest
from unchecked import unchecked

from mhattn_core.errors import ShapeError
from mhattn_core.measures.alignment.measures import (
    alignment_error_rate,
    best_links,
    diagonal_links,
    error_sums,
    f1,
    mutual_links,
    precision,
    recall,
    symmetrised,
)


def matrix(shape, *cells):
    tied = np.zeros(shape, dtype=bool)
    for cell in cells:
        tied[cell] = True
    return tied


def as_set(tied):
    return {(int(source), int(target)) for target, source in np.argwhere(tied)}


def test_golden_error_rate():
    sure, possible = matrix((4, 4), (1, 1), (2, 2)), matrix((4, 4), (1, 1), (2, 2), (3, 2))
    found = matrix((4, 4), (1, 1), (3, 2), (3, 3))
    sums = error_sums(found, sure, possible)
    assert sums.tolist() == [1, 2, 3, 2]
    assert alignment_error_rate(sums) == pytest.approx(0.4)
    assert (precision(sums), recall(sums), f1(sums)) == (
        pytest.approx(2 / 3),
        pytest.approx(1 / 2),
        pytest.approx(4 / 7),
    )


def test_error_of_nothing_is_not_a_number():
    sums = np.zeros(4)
    assert np.isnan([alignment_error_rate(sums), precision(sums), recall(sums)]).all()


def test_sums_keep_heads_apart_and_refuse_other_shapes():
    found = np.stack([matrix((2, 3), (0, 1)), matrix((2, 3), (0, 1), (1, 2))])
    gold = matrix((2, 3), (1, 2))
    assert error_sums(found, gold, gold).tolist() == [[0, 0, 1, 1], [1, 1, 2, 1]]
    with pytest.raises(ShapeError):
        unchecked(error_sums)(found, gold.T, gold.T)


def test_links_from_weights():
    # Two targets, three sources; the second target's weight on the source's end is larger than on any word.
    weights = np.array([[[0.1, 0.6, 0.2], [0.3, 0.3, 0.1]]])
    no_link = np.array([[0.05, 0.4]])
    assert best_links(weights, no_link)[0].tolist() == [[False, True, False], [False, False, False]]
    assert best_links(weights)[0].tolist() == [[False, True, False], [True, False, False]]
    assert best_links(weights, choosing="source")[0].tolist() == [[False, True, True], [True, False, False]]


def test_a_word_without_pieces_and_a_word_without_weight_have_no_link():
    weights = np.array([[np.nan, np.nan], [0.0, 0.0], [0.1, 0.2]])
    assert best_links(weights, np.array([np.nan, 0, 0])).tolist() == [[False, False], [False, False], [False, True]]
    assert best_links(np.zeros((2, 0))).shape == (2, 0)


def test_mutual_links_of_negative_similarities():
    similarity = np.array([[-0.2, -0.9, 0.1], [-0.5, -0.1, 0.3]])
    # Source 0 prefers target 0, source 1 target 1, source 2 target 1; target 0 prefers source 2, target 1 source 2.
    assert as_set(mutual_links(similarity)) == {(2, 1)}


def test_diagonal():
    assert as_set(diagonal_links(2, 5)) == {(1, 0), (3, 1)}
    assert as_set(diagonal_links(4, 2)) == {(0, 0), (0, 1), (1, 2), (1, 3)}


def test_symmetrised_by_hand():
    # An intersection point with a neighbour in the union that ties a free word, and a lonely point of one direction.
    forward = matrix((4, 5), (0, 0), (1, 1), (3, 4))
    backward = matrix((4, 5), (0, 0), (1, 0))
    assert as_set(symmetrised(forward, backward, "intersection")) == {(0, 0)}
    assert as_set(symmetrised(forward, backward, "union")) == {(0, 0), (0, 1), (1, 1), (4, 3)}
    assert as_set(symmetrised(forward, backward, "grow-diag-final-and")) == {(0, 0), (0, 1), (1, 1), (4, 3)}
    crowded = matrix((2, 2), (0, 0), (1, 1)), matrix((2, 2), (0, 0), (1, 1), (0, 1))
    assert as_set(symmetrised(*crowded, "grow-diag-final-and")) == {(0, 0), (1, 1)}


def grow_diag_final_and_on_sets(forward, backward, targets, sources):
    """The published pseudocode, word by word, on sets of (target, source)."""
    alignment = forward & backward
    union = forward | backward
    tied_target = lambda target: any(at == target for at, _source in alignment)  # noqa: E731
    tied_source = lambda source: any(at == source for _target, at in alignment)  # noqa: E731
    while True:
        before = len(alignment)
        for target in range(targets):
            for source in range(sources):
                if (target, source) in alignment:
                    for down, right in [(-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)]:
                        new = target + down, source + right
                        if (not tied_target(new[0]) or not tied_source(new[1])) and new in union:
                            alignment = alignment | {new}
        if len(alignment) == before:
            break
    for direction in (forward, backward):
        for target in range(targets):
            for source in range(sources):
                if not tied_target(target) and not tied_source(source) and (target, source) in direction:
                    alignment = alignment | {(target, source)}
    return alignment


def test_grow_diag_final_and_equals_the_pseudocode():
    random = np.random.default_rng(5)
    for _round in range(80):
        targets, sources = random.integers(1, 8, size=2)
        forward = np.arange(sources) == random.integers(-1, sources, size=(targets, 1))
        backward = np.arange(targets)[:, None] == random.integers(-1, targets, size=sources)
        sets = ({(int(t), int(s)) for t, s in np.argwhere(each)} for each in (forward, backward))
        expected = grow_diag_final_and_on_sets(*sets, targets, sources)
        ours = symmetrised(forward, backward, "grow-diag-final-and")
        assert {(int(t), int(s)) for t, s in np.argwhere(ours)} == expected


def test_symmetrised_refuses_what_does_not_fit():
    with pytest.raises(ShapeError):
        unchecked(symmetrised)(np.zeros((2, 3), dtype=bool), np.zeros((3, 2), dtype=bool), "union")
    with pytest.raises(ValueError, match="grow"):
        unchecked(symmetrised)(np.zeros((2, 3), dtype=bool), np.zeros((2, 3), dtype=bool), "grow")
