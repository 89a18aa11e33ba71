"""What visitors brought: by unguessable keys, for a while, each their own."""

from mhattn_core.text.pair import SentencePair
from mhattn_core.visitors.visits import MOST_PAIRS, Visit, Visits

RAIN, SNOW = SentencePair("Rain fell."), SentencePair("Snow fell.", "It was cold.")


def test_who_has_the_key_finds_the_visit_and_nobody_else() -> None:
    visits = Visits()
    key, visit = visits.open("")
    visit.keep_pair(RAIN)
    assert visits.open(key) == (key, visit)
    other_key, other = visits.open("")
    assert not other
    assert other_key != key
    # A key that somebody made up, or planted, is never taken over.
    made_up, empty = visits.open("my-own-key")
    assert made_up != "my-own-key"
    assert not empty
    assert len(key) >= 43  # 256 bits in base 64


def test_a_visit_ends_when_nobody_came_back_in_time() -> None:
    now = [0.0]
    visits = Visits(seconds=10, clock=lambda: now[0])
    key, visit = visits.open("")
    now[0] = 9
    assert visits.open(key)[1] is visit
    now[0] = 19
    assert visits.open(key)[1] is visit
    now[0] = 29.5
    visits.expire()
    assert len(visits) == 0
    assert visits.open(key)[1] is not visit


def test_the_least_recently_used_visit_gives_way() -> None:
    visits = Visits(most=2)
    first, second = visits.open("")[0], visits.open("")[0]
    visits.open(first)
    visits.open("")
    assert visits.open(first)[0] == first
    assert visits.open(second)[0] != second


def test_a_pair_keeps_its_number_and_is_changed_under_it() -> None:
    visit = Visit()
    assert (visit.keep_pair(RAIN), visit.keep_pair(SNOW), visit.keep_pair(RAIN)) == (1, 2, 1)
    assert visit.keep_pair(SentencePair("Hail fell."), instead_of=2) == 2
    assert visit.pairs[2].source == "Hail fell."
    assert visit.keep_pair(SNOW) == 3
    for number in range(MOST_PAIRS):
        last = visit.keep_pair(SentencePair(f"{number}"))
    assert last == MOST_PAIRS + 3
    assert len(visit.pairs) == MOST_PAIRS
    assert 1 not in visit.pairs


def test_files_of_one_name_are_told_apart_and_equal_ones_are_one() -> None:
    visit = Visit(most_bytes=10)
    assert visit.keep_file("mine.csv", b"1234") == "mine.csv"
    assert visit.keep_file("mine.csv", b"5678") == "mine.csv (2)"
    assert visit.keep_file("mine.csv", b"1234") == "mine.csv"
    visit.read_file_as("mine.csv", {"header": False})
    assert visit.files["mine.csv"].way == {"header": False}
    # The oldest gives way when there is too much.
    assert visit.keep_file("other.csv", b"123") == "other.csv"
    assert list(visit.files) == ["mine.csv", "other.csv"]
    visit.forget_file("mine.csv")
    assert list(visit.files) == ["other.csv"]
