"""Minimal pairs written for this project: two sentences that differ in one word, of which grammar allows one."""

import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path


@dataclass(frozen=True)
class MinimalPair:
    """``opening`` goes on with ``good``, never with ``bad``; ``relation`` is the one that tells."""

    relation: str
    opening: str
    good: str
    bad: str


@cache
def minimal_pairs() -> tuple[MinimalPair, ...]:
    """English, at least sixty for each relation, half of them singular: a verb and its subject across a noun of the other number (``nsubj``),
    a noun and its determiner across an adjective (``det``), a pronoun as an object (``obj``). Several share an opening. After BLiMP (Warstadt et al. 2020), not from it."""
    parts = tomllib.loads((Path(__file__).parent / "minimal_pairs.toml").read_text(encoding="utf-8"))
    return (*_agreement(parts["nsubj"]), *_determiners(parts["det"]), *_objects(parts["obj"]))


def _agreement(parts: dict[str, list[list[str]]]) -> list[MinimalPair]:
    found = []
    for number, (subject, many) in enumerate(product(parts["subjects"], (0, 1))):
        link, *attractor = parts["between"][number % len(parts["between"])]
        opening = f"The {subject[many]} {link} {attractor[1 - many]}"
        found += [MinimalPair("nsubj", opening, verb[many], verb[1 - many]) for verb in parts["verbs"]]
    return found


def _determiners(parts: dict[str, list[list[str]]]) -> list[MinimalPair]:
    found = []
    for number, (opening, determiner, many) in enumerate(product(parts["openings"], parts["determiners"], (0, 1))):
        adjective = parts["adjectives"][number % len(parts["adjectives"])]
        phrase = f"{opening} {determiner[many]} {adjective}"
        nouns = [parts["nouns"][(2 * number + step) % len(parts["nouns"])] for step in range(2)]
        found += [MinimalPair("det", phrase, noun[many], noun[1 - many]) for noun in nouns]
    return found


def _objects(parts: dict[str, list[list[str]]]) -> list[MinimalPair]:
    found = []
    for number, (subject, verb) in enumerate(zip(parts["subjects"], parts["verbs"], strict=True)):
        opening = f"{parts['openings'][number % len(parts['openings'])]} {subject} {verb}"
        found += [MinimalPair("obj", opening, good, bad) for good, bad in parts["pronouns"]]
    return found
