"""The two translators that ship: real Marian models, offline."""

import numpy as np
import pytest
from loaded import loaded

import mhattn_core as mh
from mhattn_core.models.catalogue import entries
from mhattn_core.text.gallery import gallery

TRANSLATORS = ["marian-en-zh", "marian-zh-en"]


@pytest.fixture(scope="module")
def models() -> dict[str, mh.Model]:
    return {name: loaded(name) for name in TRANSLATORS}


@pytest.mark.parametrize("name", TRANSLATORS)
def test_it_is_a_whole_translator_of_at_most_20_mb(models: dict[str, mh.Model], name: str) -> None:
    model = models[name]
    assert model.stacks == ("encoder", "decoder", "cross")
    assert model.head == "language"
    assert [model.attention.layers(stack) for stack in model.stacks] == [3, 3, 3]
    path = entries()[name].path()
    assert path is not None
    assert (path / "model.safetensors").stat().st_size <= 20e6
    assert {"source.spm", "target.spm", "vocab.json", "README.md"} <= {file.name for file in path.iterdir()}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("marian-en-zh", "He slept well last night.", "昨晚"),
        ("marian-en-zh", "The cat is on the table.", "猫"),
        ("marian-zh-en", "我以为你是我的朋友。", "friend"),
        ("marian-zh-en", "我的父亲买了一辆新车。", "car"),
    ],
)
def test_short_everyday_sentences_are_recognisable(
    models: dict[str, mh.Model], name: str, text: str, expected: str
) -> None:
    seen = mh.attend(models[name], mh.SentencePair(text))
    assert expected in seen.sentences["b"].text


def test_chinese_words_meet_the_pieces_by_characters(models: dict[str, mh.Model]) -> None:
    seen = mh.attend(models["marian-en-zh"], gallery()["love-nlp"].pair)
    grid = seen.words("cross")
    assert grid.queries == ("我", "爱", "自然", "语言", "处理")
    assert grid.keys == ("I", "love", "natural", "language", "processing")
    np.testing.assert_allclose(grid.pattern.sum(axis=-1) + grid.special_mass, 1, atol=1e-5)
    # The decoder reads a start token, then the words; what it reads first is special.
    assert seen.tokens("cross")[0][0] == "<pad>"
    assert "".join(seen.tokens("cross")[0][1:]).replace("·", "") == "我爱自然语言处理"


def test_the_notes_sentence_is_known_to_the_reader_of_chinese(models: dict[str, mh.Model]) -> None:
    seen = mh.attend(models["marian-zh-en"], gallery()["suiran"].pair)
    assert seen.unknown_share("encoder") == 0
    assert seen.words("encoder").queries == ("虽然", "天气", "不好", "，", "但是", "我们", "还是", "要", "出门")
