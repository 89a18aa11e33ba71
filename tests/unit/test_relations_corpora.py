"""Relations on treebanks, and on sentences written so that the answer is known."""

import os
from collections import Counter
from pathlib import Path

import pytest

from mhattn_core.text.annotation import Annotated, annotate
from mhattn_core.text.reading import read_pairs
from mhattn_core.text.relations import RELATIONS, find_items, missing
from mhattn_core.text.relations.templates import templates

DATA = Path(os.environ.get("MHATTN_DATA", Path(__file__).parents[3] / "shared/data"))
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="third-party data is not here; MHATTN_DATA names its folder")


@pytest.fixture(scope="module")
def ewt() -> list[Annotated]:
    return annotate(read_pairs(DATA / "ud-english-ewt-dev/en_ewt-ud-dev.conllu").pairs)


@needs_data
@pytest.mark.parametrize(
    ("name", "number", "offset", "share"),
    [
        ("nsubj", 2137, 1, 33.9),
        ("obj", 1211, -2, 35.8),
        ("det", 1841, 1, 58.9),
        ("amod", 1326, 1, 74.7),
        ("case", 2015, 1, 37.7),
    ],
)
def test_best_offsets_of_ewt_dev(ewt: list[Annotated], name: str, number: int, offset: int, share: float) -> None:
    # Every word of the file is a position, punctuation too; subtypes count with their dependency.
    found = find_items(ewt, [RELATIONS[name]])
    best, count = Counter((found.key - found.query).tolist()).most_common(1)[0]
    assert (len(found.query), best) == (number, offset)
    assert round(100 * count / number, 1) == share


@needs_data
def test_gsdsimp_dev_gives_an_item_for_each_dependency_in_the_file() -> None:
    file = DATA / "ud-chinese-gsdsimp-dev/zh_gsdsimp-ud-dev.conllu"
    pairs = annotate(read_pairs(file).pairs)
    found = find_items(pairs)
    number = Counter(found.names[relation] for relation in found.relation)
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines() if line[:1].isdigit()]
    in_file = Counter(row[7].partition(":")[0] for row in rows)
    for name in ("nsubj", "obj", "obl", "case", "nmod", "mark", "compound"):
        assert number[name] == in_file[name] > 300, name
    assert number["connective_partner"] == 7  # too few to score: hence the templates
    assert missing(RELATIONS["sentiment"], pairs)


def test_templates_hold_one_concession_and_one_cause_each_at_the_same_distance() -> None:
    for language in ("zh", "en"):
        all_of_them = templates(language)
        kinds = [[template for template in all_of_them if template.kind == kind] for kind in ("although", "because")]
        assert [len(kind) for kind in kinds] == [100, 100]
        assert len({template.record.pair.source for template in all_of_them}) == 200
        first, second = ([template.item for template in kind] for kind in kinds)
        assert first == second
        assert len({abs(query - key) for query, key in first}) >= 8


def test_chinese_templates_are_found_by_their_connectives() -> None:
    all_of_them = templates("zh")
    pairs = annotate([template.record for template in all_of_them])
    for name, kind in (("connective_partner", "although"), ("cause_partner", "because")):
        found = find_items(pairs, [RELATIONS[name]])
        expected = [(place, *template.item) for place, template in enumerate(all_of_them) if template.kind == kind]
        assert list(zip(found.pair, found.query, found.key, strict=True)) == expected


def test_english_templates_are_found_by_the_parser() -> None:
    all_of_them = templates("en")
    found = find_items(annotate([template.record for template in all_of_them]), [RELATIONS["connective_clause"]])
    expected = {(place, *template.item) for place, template in enumerate(all_of_them)}
    items = set(zip(found.pair.tolist(), found.query.tolist(), found.key.tolist(), strict=True))
    assert items <= expected
    assert len(items) >= 190
