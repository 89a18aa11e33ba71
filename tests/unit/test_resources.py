"""A person's own lexicon and vectors, and what they let relations find."""

from pathlib import Path

import pytest

from mhattn_core.errors import Problem
from mhattn_core.runs.manifest import Manifest
from mhattn_core.text.annotation import annotate
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations import RELATIONS, find_items
from mhattn_core.text.relations.resources import read_resources
from mhattn_core.text.relations.vectors import read_vectors

# cos(天气, 出门) = (1·1 + 1·0) / √2; 出门 and 桌子 stand at a right angle.
VECTORS = "3 2\n天气 1 1\n出门 1 0\n桌子 0 3\n"


def test_vectors_are_compared_by_their_angle() -> None:
    similarity = read_vectors("own.vec", VECTORS.encode())
    assert similarity.of("天气", "出门") == pytest.approx(0.5**0.5)
    assert similarity.of("出门", "桌子") == 0
    assert similarity.of("天气", "nowhere") == 0


@pytest.mark.parametrize("wrong", ["a 1 2\nb 1\n", "a 1 x\n", "a 1 2\nb 1 nan\n"])
def test_a_wrong_line_is_named(wrong: str) -> None:
    with pytest.raises(Problem, match=r"Line [12] of"):
        read_vectors("own.vec", wrong.encode())


def test_files_make_relations_measurable(tmp_path: Path) -> None:
    (tmp_path / "own.vec").write_text(VECTORS, encoding="utf-8")
    (tmp_path / "own.tsv").write_text("不好\t-2.5\n", encoding="utf-8")
    resources = read_resources(tmp_path / "own.tsv", tmp_path / "own.vec")
    pair = SentencePair("天气 不好 我们 出门", source_words=("天气", "不好", "我们", "出门"))
    annotated = annotate([PairRecord("1", pair, 1)], parser=False, resources=resources)
    found = find_items(annotated, [RELATIONS["association"], RELATIONS["sentiment"]])
    items = {
        (found.names[relation], query, key)
        for relation, query, key in zip(found.relation, found.query, found.key, strict=True)
    }
    assert ("association", 3, 0) in items
    assert {("sentiment", 0, 1), ("sentiment", 2, 1), ("sentiment", 3, 1)} <= items
    bare = find_items(annotate([PairRecord("1", pair, 1)], parser=False), [RELATIONS["association"]])
    assert not len(bare.pair)


def test_another_lexicon_is_another_run(tmp_path: Path) -> None:
    (tmp_path / "own.tsv").write_text("bad\t-2\n", encoding="utf-8")
    named = read_resources(tmp_path / "own.tsv").name
    assert named
    assert not read_resources().name
    ids = {Manifest((("m", "r"),), "c", 3, ("relations",), resources=name).id for name in ("", named)}
    assert len(ids) == 2
