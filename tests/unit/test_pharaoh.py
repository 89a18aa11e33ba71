"""Word alignments in Pharaoh's notation."""

import pytest

from mhattn_core import Problem
from mhattn_core.text.pharaoh import check, parse, read_alignments


def test_sure_links_are_possible_too() -> None:
    links = parse("0-2 1p0 3-4-P 5-1-S")
    assert links.sure == {(0, 2), (5, 1)}
    assert links.possible == {(0, 2), (5, 1), (1, 0), (3, 4)}


def test_base_and_direction() -> None:
    assert parse("1-3", base=1).sure == {(0, 2)}
    assert parse("1-3", swap=True).sure == {(3, 1)}
    assert parse("1-3 2p5", base=1, swap=True).possible == {(2, 0), (4, 1)}


def test_no_links() -> None:
    assert parse("  ").possible == frozenset()


@pytest.mark.parametrize("token", ["0=0", "0-", "-1-2", "1p2-S", "1-2-Q", "a-b", "1-2-P-P", "٣-١", "1-9999999"])
def test_what_is_no_link_is_named(token: str) -> None:
    with pytest.raises(Problem, match=token):
        parse(f"0-0 {token} 1-1")


def test_zero_is_no_word_where_counting_starts_at_one() -> None:
    with pytest.raises(Problem, match="0-2"):
        parse("1-1 0-2", base=1)


def test_links_outside_the_sentences_are_named() -> None:
    check(parse("1-4"), 2, 5)
    with pytest.raises(Problem, match="0-5 2-0"):
        check(parse("0-0 2p0 0-5"), 2, 5)


def test_a_file_by_line() -> None:
    read = read_alignments(["0-0 1-1-P ", "", "nonsense", "2p1"])
    assert set(read.alignments) == {1, 2, 4}
    assert read.alignments[2].possible == frozenset()
    assert read.alignments[4].possible == {(2, 1)}
    assert "nonsense" in read.bad[3]
    assert not read.ids


def test_a_file_with_ids() -> None:
    read = read_alignments(["s7\t0-0\t1-1", "s8\t", "0-0\t1-1"])
    assert read.ids == {1: "s7", 2: "s8"}
    assert read.alignments[1].sure == {(0, 0), (1, 1)}
    assert read.bad.keys() == {3}  # it could be of any pair
