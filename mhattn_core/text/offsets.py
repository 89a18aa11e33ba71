"""Which characters of a text each piece of a tokenizer covers, when the tokenizer itself does not say."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from mhattn_core.text.spelling import Spelling, Unit

Span = tuple[int, int]

WINDOW = 32
"""How many characters of either side are compared at once where text and pieces differ; time stays in proportion to the
text.
"""
MATCH, RUN, WORD_START, UNKNOWN, SKIPPED = 8, 4, 2, 1, -1
"""What counts for an alignment: a character matched, the more so after another and at the start of a word; one under an
unknown piece; one on either side that has no counterpart."""


class NotLocated(ValueError):
    """Which of several characters each of several pieces covers cannot be known from their strings."""


def locate(pieces: Sequence[str], text: str, spelling: Spelling = Spelling()) -> list[Span]:  # noqa: B008 (immutable)
    """The characters ``start, end`` of ``text`` that each piece covers; an empty span where it covers none.

    ``spelling`` says how the tokenizer writes pieces. What it may have done to the text besides is seen through: both
    sides are decomposed (NFKD) and case-folded, characters may have been dropped, accents stripped, a sign replaced by
    another. A word of the text starts where a piece does. Raises NotLocated where that leaves it open which characters
    a piece covers.
    """
    characters = [
        Unit(character, (place,), place == 0 or text[place - 1].isspace())
        for place, character in enumerate(text)
        if not character.isspace()
    ]
    left, right = _folded(characters), _folded(spelling.for_text(text).units(pieces))
    covered: list[list[int]] = [[] for _ in pieces]
    matches = list(_aligned(left, right))
    for here, there in matches:
        for number in right[there].pieces:
            covered[number] += left[here].pieces
    silent = {number for number, places in enumerate(covered) if not places}
    for (here, there), (next_here, next_there) in pairwise([(-1, -1), *matches, (len(left), len(right))]):
        if next_there == there + 1:
            continue
        places = sorted(
            {place for unit in left[here + 1 : next_here] for place in unit.pieces if not _may_vanish(unit)}
        )
        numbers = sorted({number for unit in right[there + 1 : next_there] for number in unit.pieces} & silent)
        for number, own in zip(numbers, _shared_out(places, len(numbers), text), strict=True):
            covered[number] += own
    return [(min(places), max(places) + 1) if places else (0, 0) for places in covered]


def _shared_out(places: list[int], pieces: int, text: str) -> list[list[int]]:
    """What each of the pieces between two matches covers: one character each, all of them the only one, or the only
    piece all of one word.
    """
    if len(places) <= 1 or pieces == 0:
        return [places] * pieces
    if len(places) == pieces:
        return [[place] for place in places]
    if pieces == 1 and not any(character.isspace() for character in text[places[0] : places[-1]]):
        return [places]
    raise NotLocated(text[places[0] : places[-1] + 1])


def _folded(units: Iterable[Unit]) -> list[Unit]:
    return [
        Unit(character, unit.pieces, unit.starts and not number)
        for unit in units
        for number, character in enumerate(_fold(unit.character) if unit.character else [None])
    ]


@lru_cache(maxsize=8192)
def _fold(character: str) -> str:
    """Decomposed and without case; spaces, which some signs decompose into, are left out."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(part for part in folded if not part.isspace())


def _may_vanish(unit: Unit) -> bool:
    """Accents, joiners, format and control characters, which many tokenizers drop."""
    return unit.character is not None and unicodedata.category(unit.character) in {"Mn", "Me", "Cf", "Cc"}


def _same(left: Unit, right: Unit) -> bool:
    return left.character == right.character and (right.starts or not left.starts)


def _aligned(left: Sequence[Unit], right: Sequence[Unit]) -> Iterator[tuple[int, int]]:
    """Pairs of positions that match, in order. Where the two differ, the next ``WINDOW`` characters decide."""
    here = there = 0
    if [unit.character for unit in left] == [unit.character for unit in right]:
        yield from ((at, at) for at in range(len(left)))
        return
    while here < len(left) and there < len(right):
        if _same(left[here], right[there]):
            yield here, there
            here, there = here + 1, there + 1
        elif _may_vanish(left[here]):
            here += 1
        elif _may_vanish(right[there]):
            there += 1
        else:
            window = left[here : here + WINDOW], right[there : there + WINDOW]
            path = _window(*window)
            if here + WINDOW >= len(left) and there + WINDOW >= len(right):
                yield from ((here + x, there + y) for x, y in path)
                return
            # What lies behind the middle is decided again, with more of what follows.
            path = [(x, y) for x, y in path if max(x, y) < WINDOW // 2]
            yield from ((here + x, there + y) for x, y in path)
            x, y = path[-1] if path else (WINDOW // 2 - 1, WINDOW // 2 - 1)
            here, there = here + x + 1, there + y + 1


def _window(left: Sequence[Unit], right: Sequence[Unit]) -> list[tuple[int, int]]:
    """The best alignment of two short stretches that begin together (Needleman and Wunsch 1970), as pairs of positions
    that match.
    """
    over_left = [0 if _may_vanish(unit) else SKIPPED for unit in left]
    over_right = [0 if unit.character is None or _may_vanish(unit) else SKIPPED for unit in right]
    # best: of what follows x and y, whose ends are free; matched: the same where x and y match, which is worth more
    # before another match.
    best = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    matched = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for x in range(len(left) - 1, -1, -1):
        for y in range(len(right) - 1, -1, -1):
            under = UNKNOWN if right[y].character is None else over_left[x]
            best[x][y] = max(best[x + 1][y] + under, best[x][y + 1] + over_right[y])
            if _same(left[x], right[y]):
                follows = max(best[x + 1][y + 1], matched[x + 1][y + 1] + RUN if matched[x + 1][y + 1] else 0)
                matched[x][y] = MATCH + (WORD_START if left[x].starts else 0) + follows
                best[x][y] = max(best[x][y], matched[x][y])
    path: list[tuple[int, int]] = []
    x = y = 0
    while x < len(left) and y < len(right):
        after_match = bool(path) and path[-1] == (x - 1, y - 1)
        if matched[x][y] and matched[x][y] + (RUN if after_match else 0) >= best[x][y]:
            path.append((x, y))
            x, y = x + 1, y + 1
        elif best[x][y] == best[x][y + 1] + over_right[y]:
            y += 1
        else:
            x += 1
    return path
