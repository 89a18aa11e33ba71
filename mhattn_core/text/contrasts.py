"""Two openings that differ in one word or a few, after each of which another word is right: what patching compares."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from mhattn_core.text.minimal_pairs import MinimalPair
from mhattn_core.text.pair import SentencePair

FOLDER = Path(__file__).parent
MOST_CHANGED = 3
"""Words in which two sentences of a reader may differ and still be one pair: a phrase."""
OWN = "own"
"""The relation of a reader's pairs that name no group."""


@dataclass(frozen=True)
class Contrast:
    """``good`` is the right word after the opening ``clean`` and the wrong one after ``corrupt``, ``bad`` the other way
    round; without ``bad`` one word is asked for alone, which ``clean`` makes likelier. ``source``, ``corrupt_source``:
    what the openings translate, for a translator.
    """

    relation: str
    clean: str
    corrupt: str
    good: str
    bad: str = ""
    source: str = ""
    corrupt_source: str = ""

    @property
    def sides(self) -> tuple[MinimalPair, MinimalPair]:
        """The clean and the corrupt one, each asked for the same two words in the same order."""
        return (
            MinimalPair(self.relation, self.clean, self.good, self.bad, self.source),
            MinimalPair(self.relation, self.corrupt, self.good, self.bad, self.corrupt_source),
        )


@cache
def contrasts() -> tuple[Contrast, ...]:
    """Of at least thirty pairs of openings for each relation, English: a subject in the other number before a noun that
    stays (``nsubj``), a determiner in the other number (``det``), a verb with an object or a clause (``obj``), who of two
    acts (``ioi``, after Wang et al. 2023, in sentences of our own). Chinese, with an English source: “although” and
    “because” (``connective_partner``).
    """
    parts = tomllib.loads((FOLDER / "minimal_pairs.toml").read_text(encoding="utf-8"))
    own = tomllib.loads((FOLDER / "contrasts.toml").read_text(encoding="utf-8"))
    return (
        *_subjects(parts["nsubj"]),
        *_determiners(parts["det"]),
        *_objects(own["obj"]),
        *_recipients(own["ioi"]),
        *_partners(parts["partners"]),
    )


def contrast_of(pair: SentencePair, relation: str = "") -> Contrast | None:
    """Two sentences of a reader, the good one first, that differ in one stretch of at most three words: the word that
    follows it in both is asked for. None where they differ otherwise, or nothing follows.
    """
    good, bad = ([word.text for word in side.words] for side in (pair.a, pair.b))
    begin = _shared(good, bad)
    end = min(_shared(good[::-1], bad[::-1]), min(len(good), len(bad)) - begin)
    changed = max(len(good), len(bad)) - begin - end
    # A full stop says nothing of what stands before it.
    if not (0 < changed <= MOST_CHANGED) or not end or not good[-end].isalnum():
        return None
    clean, corrupt = (side.text[: side.words[-end].start].rstrip() for side in (pair.a, pair.b))
    return Contrast(relation or OWN, clean, corrupt, good[-end]) if clean and corrupt else None


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _subjects(parts: Mapping[str, Any]) -> Iterator[Contrast]:
    """The noun between stays as it is, so that the subject alone tells."""
    # Some of the subjects a second time, before other nouns.
    subjects = [*parts["subjects"], *parts["subjects"][:4]]
    for number, ((one, many, chinese), plural) in enumerate(product(subjects, (0, 1))):
        link, *attractor, behind = parts["between"][number % len(parts["between"])]
        clean, corrupt = (f"The {noun} {link} {attractor[1 - plural]}" for noun in ((one, many), (many, one))[plural])
        for verb in parts["verbs"]:
            says = f"{behind}{chinese}{verb[2]}。"
            yield Contrast("nsubj", clean, corrupt, verb[plural], verb[1 - plural], says, says)


def _determiners(parts: Mapping[str, Any]) -> Iterator[Contrast]:
    phrases = product(parts["openings"], parts["determiners"], range(2))
    for number, ((opening, begins), determiner, _round) in enumerate(phrases):
        adjective, quality = parts["adjectives"][number % len(parts["adjectives"])]
        plural = (number + number // 2) % 2
        clean, corrupt = (f"{opening} {determiner[many]} {adjective}" for many in (plural, 1 - plural))
        for step in range(2):
            noun = parts["nouns"][(2 * number + step) % len(parts["nouns"])]
            says = [f"{begins}{determiner[2 + many]}{quality}{noun[2]}。" for many in (plural, 1 - plural)]
            yield Contrast("det", clean, corrupt, noun[plural], noun[1 - plural], *says)


def _objects(parts: Mapping[str, Any]) -> Iterator[Contrast]:
    phrases = product(parts["openings"], enumerate(parts["subjects"]), range(3))
    for number, (opening, (place, subject), step) in enumerate(phrases):
        verbs = parts["verbs"][(place + step) % len(parts["verbs"])]
        turned = number % 2
        clean, corrupt = (f"{opening} {subject} {verb}" for verb in (verbs[turned], verbs[1 - turned]))
        for pronoun in parts["pronouns"]:
            yield Contrast("obj", clean, corrupt, pronoun[turned], pronoun[1 - turned])


def _recipients(parts: Mapping[str, Any]) -> Iterator[Contrast]:
    for number, (template, names) in enumerate(product(parts["templates"], parts["names"])):
        # Each comes first as often as the other, and is the answer as often.
        a, b = names if number % 2 else names[::-1]
        good, bad = (a, b) if number // 2 % 2 else (b, a)
        clean, corrupt = (template.format(a=a, b=b, who=who) for who in (bad, good))
        yield Contrast("ioi", clean, corrupt, good, bad)


def _partners(parts: Mapping[str, Any]) -> Iterator[Contrast]:
    words = parts["words"]
    phrases = product(enumerate(parts["first"]), enumerate(parts["second"][:2]))
    for (place, (english, clause)), (step, (follows,)) in phrases:
        own, other = words if (place + step) % 2 else words[::-1]
        clean, corrupt = (f"{word[1]}{clause}，" for word in (own, other))
        says = [f"{word[0]} {english}, {follows}." for word in (own, other)]
        yield Contrast("connective_partner", clean, corrupt, own[2], other[2], *says)
