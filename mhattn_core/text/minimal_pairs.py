"""Minimal pairs written for this project: two sentences that differ in one word, of which grammar allows one."""

import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from mhattn_core.text.words import HAN_STRETCH

Parts = dict[str, list[list[str]]]


@dataclass(frozen=True)
class MinimalPair:
    """``opening`` goes on with ``good``, never with ``bad``; ``relation`` is the one that tells. Without ``bad`` one
    word is asked for alone. ``source``: what it translates, for a translator.
    """

    relation: str
    opening: str
    good: str
    bad: str
    source: str = ""

    def ended(self, word: str) -> str:
        """The opening with one of its words, or with none: English puts a space between."""
        return f"{self.opening}{'' if not word or HAN_STRETCH.search(self.opening) else ' '}{word}"


@cache
def minimal_pairs() -> tuple[MinimalPair, ...]:
    """Of at least thirty openings for each relation. English, with a Chinese source: a verb and its subject across a
    noun of the other number (``nsubj``), a noun and its determiner across an adjective (``det``), both half singular; a
    pronoun as an object (``obj``). Chinese, with an English source: the second word of “although … but” or “because …
    so” (``connective_partner`` and ``cause_partner``). Several share an opening. After BLiMP (Warstadt et al. 2020),
    not from it."""
    parts = tomllib.loads((Path(__file__).parent / "minimal_pairs.toml").read_text(encoding="utf-8"))
    return (
        *_agreement(parts["nsubj"]),
        *_determiners(parts["det"]),
        *_objects(parts["obj"]),
        *_partners(parts["partners"]),
    )


def _agreement(parts: Parts) -> list[MinimalPair]:
    found = []
    for number, (subject, many) in enumerate(product([*parts["subjects"], *parts["subjects"]], (0, 1))):
        # Seven and twenty-four have no common factor: the second round meets others.
        link, *attractor, behind = parts["between"][number % len(parts["between"])]
        opening = f"The {subject[many]} {link} {attractor[1 - many]}"
        found += [
            MinimalPair("nsubj", opening, verb[many], verb[1 - many], f"{behind}{subject[2]}{verb[2]}。")
            for verb in parts["verbs"]
        ]
    return found


def _determiners(parts: Parts) -> list[MinimalPair]:
    found = []
    for number, ((opening, begins), determiner, many) in enumerate(
        product(parts["openings"], parts["determiners"], (0, 1))
    ):
        adjective, quality = parts["adjectives"][number % len(parts["adjectives"])]
        phrase = f"{opening} {determiner[many]} {adjective}"
        nouns = [parts["nouns"][(2 * number + step) % len(parts["nouns"])] for step in range(2)]
        found += [
            MinimalPair(
                "det", phrase, noun[many], noun[1 - many], f"{begins}{determiner[2 + many]}{quality}{noun[2]}。"
            )
            for noun in nouns
        ]
    return found


def _objects(parts: Parts) -> list[MinimalPair]:
    found = []
    people = zip(parts["subjects"], parts["verbs"], strict=True)
    for ((subject, who), (verb, does)), (when, then) in product(people, parts["openings"]):
        found += [
            MinimalPair("obj", f"{when} {subject} {verb}", good, bad, f"{then}{who}{does}{whom}。")
            for good, bad, whom in parts["pronouns"]
        ]
    return found


def _partners(parts: Parts) -> list[MinimalPair]:
    although, because = parts["words"]
    # Both relations rest on the same pairs: with one alone, who always says “but” would pass for knowing what
    # “although” asks for.
    return [
        MinimalPair(relation, f"{own[1]}{clause}，", own[2], other[2], f"{own[0]} {english}, {follows}.")
        for relation in ("connective_partner", "cause_partner")
        for own, other in ((although, because), (because, although))
        for (english, clause), (follows,) in product(parts["first"], parts["second"])
    ]
