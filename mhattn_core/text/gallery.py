"""Sentence pairs that the dashboard offers."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mhattn_core.text.pair import SentencePair
from mhattn_core.text.pharaoh import Alignment, parse


@dataclass(frozen=True)
class GalleryPair:
    """A pair with its title, the languages it is written in, telling heads by model name, and links between its words
    where gold is given.
    """

    id: str
    pair: SentencePair
    title: str
    languages: tuple[str, ...]
    heads: Mapping[str, str]
    alignment: Alignment | None


@cache
def gallery() -> dict[str, GalleryPair]:
    """The gallery by id, in the order in which it is offered."""
    rows = tomllib.loads((Path(__file__).parent / "gallery.toml").read_text(encoding="utf-8"))
    return {
        id_: GalleryPair(
            id_,
            SentencePair(
                row["source"], row["target"], tuple(row.get("source_words", ())), tuple(row.get("target_words", ()))
            ),
            row["title"],
            tuple(row["languages"]),
            row.get("heads", {}),
            parse(row["alignment"]) if "alignment" in row else None,
        )
        for id_, row in rows.items()
    }


def half_replaced(source: str, target: str) -> str:
    """The title of the offered pair of which a reader replaced one sentence only; empty where there is none."""
    halves = [
        given.title
        for given in gallery().values()
        if source and target and given.pair.target and (source == given.pair.source) != (target == given.pair.target)
    ]
    whole = {(given.pair.source, given.pair.target) for given in gallery().values()}
    return halves[0] if halves and (source, target) not in whole else ""
