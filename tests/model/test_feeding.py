"""A pair as a chat, and in templates of one's own: which tokens are fed, and what each of them stands for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from chatting import chatting
from loaded import loaded
from tiny import put_model, put_translator

import mhattn_core as mh
from mhattn_core.attention.batches import feed_all
from mhattn_core.attention.objectives import tasks
from mhattn_core.attention.word_layer import piece_spans
from mhattn_core.errors import Problem
from mhattn_core.measures.region_shares import pair_regions
from mhattn_core.text.feeding import Feeding

PAIR = mh.SentencePair("the old cat sat", "it was tired")
OWN = "premise: {a}\nhypothesis: ({b})"


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> mh.Model:
    return chatting(tmp_path_factory.mktemp("chat"))


def fed(model: mh.Model, feeding: Feeding, pair: mh.SentencePair = PAIR) -> mh.AttentionResult:
    return mh.attend(model, replace(pair, feeding=feeding))


def regions_of(seen: mh.AttentionResult) -> list[tuple[str, str]]:
    """Region and token, in order."""
    regions = [piece.region for piece in seen.pieces("decoder")[1]]
    return list(zip(regions, seen.tokens("decoder")[1], strict=True))


def test_smollm2_reads_the_chat_that_its_own_tokenizer_makes() -> None:
    model = loaded("smollm2")
    seen = fed(model, Feeding("chat", "Answer briefly"))
    asked = [("system", "Answer briefly"), ("user", PAIR.source), ("assistant", PAIR.target)]
    messages = [{"role": role, "content": text} for role, text in asked]
    ids = model.tokenizer.apply_chat_template(messages, return_dict=True)["input_ids"]
    assert seen.inputs["input_ids"][0].tolist() == ids
    words = seen.words("decoder")
    assert words.queries == ("the", "old", "cat", "sat", "it", "was", "tired")
    texts = [model.tokenizer.decode([id_]).strip() for id_ in ids]
    at = [texts.index(word) for word in words.queries]  # each is one token, and stands there once
    pattern = seen.pattern("decoder")
    np.testing.assert_allclose(words.pattern, pattern[:, :, at][..., at], atol=1e-6)
    np.testing.assert_allclose(words.special_mass, 1 - pattern[:, :, at][..., at].sum(axis=-1), atol=1e-5)
    system = [texts.index("Answer"), texts.index("briefly")]
    shares, _even = pair_regions(
        pattern, words.query_axis, [piece.region for piece in seen.pieces("decoder")[1]], causal=True
    )
    np.testing.assert_allclose(shares.sum(axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(shares[..., 1:3].sum(axis=-1) + words.special_mass.mean(axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(shares[..., 0], pattern[:, :, at][..., system].sum(axis=-1).mean(axis=-1), atol=1e-5)


def test_the_tokens_of_a_template_are_labelled_as_people_read_them() -> None:
    seen = fed(loaded("smollm2"), Feeding("The first one: {a}\nand é: {b}"))
    labels, sides = seen.tokens("decoder")[1], seen.token_sides("decoder")[1]
    assert [label for label, side in zip(labels, sides, strict=True) if side is None] == [
        *("<|im_start|>", "The", "first", "one", ":", "⏎", "and", "é", ":"),
    ]


def test_a_chat_names_its_regions(chat: mh.Model) -> None:
    seen = fed(chat, Feeding("chat", "be good"), mh.SentencePair("  old cats", "it slept"))
    assert regions_of(seen) == [
        *[("template", token) for token in ("[SEP]", "system", ":")],
        *[("system", token) for token in ("be", "good")],
        *[("template", token) for token in ("[SEP]", "user", ":")],
        *[("a", token) for token in ("old", "cats")],
        *[("template", token) for token in ("[SEP]", "assistant", ":")],
        *[("b", token) for token in ("it", "slept")],
    ]
    assert seen.words("decoder").queries == ("old", "cats", "it", "slept")
    assert Feeding("chat").name_of("a") == "user"


def test_a_chat_without_an_answer_ends_where_the_model_is_to_answer(chat: mh.Model) -> None:
    seen = fed(chat, Feeding("chat"), mh.SentencePair("old cats"))
    assert [token for _region, token in regions_of(seen)][-3:] == ["[SEP]", "assistant", ":"]


def test_a_template_of_ones_own_stands_between_what_a_model_reads_around_every_text(
    chat: mh.Model, tmp_path: Path
) -> None:
    """The words are on the tokens that a plain encoding of the written-out text gives."""
    text = "premise: the old cat sat\nhypothesis: (it was tired)"
    encoder = mh.load(str(put_model(tmp_path)), device="cpu")
    for model, stack in ((chat, "decoder"), (encoder, "encoder")):
        seen = fed(model, Feeding(OWN))
        assert (
            seen.inputs["input_ids"][0].tolist() == model.tokenizer(text)["input_ids"][: seen.pattern(stack).shape[-1]]
        )
        at = [seen.tokens(stack)[1].index(word) for word in (*PAIR.source.split(), *PAIR.target.split())]
        np.testing.assert_allclose(
            seen.words(stack).pattern, seen.pattern(stack)[:, :, at][..., at], atol=1e-6, equal_nan=True
        )


def test_many_are_fed_as_one_is(chat: mh.Model) -> None:
    pairs = [replace(PAIR, feeding=feeding) for feeding in (Feeding("chat", "be good"), Feeding(), Feeding(OWN))] + [
        mh.SentencePair("a b", feeding=Feeding("chat"))
    ]
    rows, problems = feed_all(chat, pairs)
    assert not problems
    for row, pair in zip(rows, pairs, strict=True):
        seen = mh.attend(chat, pair)
        assert row.inputs["input_ids"] == seen.inputs["input_ids"][0].tolist()
        np.testing.assert_array_equal(row.keys["decoder"], piece_spans(seen.pieces("decoder")[1]))


def test_a_causal_model_is_asked_for_the_words_and_not_for_the_template(chat: mh.Model) -> None:
    pair = replace(PAIR, feeding=Feeding("chat", "be good"))
    (task,), _problems = tasks(chat, [pair])
    assert task.counts.tolist() == [7]  # the old cat sat it was tired


def test_an_encoder_of_two_reads_a_template_with_the_first_sentence_alone(tmp_path: Path) -> None:
    model = mh.load(str(put_translator(tmp_path, "t5")), device="cpu")
    seen, plain = fed(model, Feeding("the mat: {a}")), fed(model, Feeding())
    assert seen.words("cross").keys == plain.words("cross").keys
    assert seen.inputs["decoder_input_ids"].tolist() == plain.inputs["decoder_input_ids"].tolist()
    for feeding in (Feeding("chat"), Feeding(OWN)):
        with pytest.raises(Problem, match="in its encoder"):
            fed(model, feeding)


@pytest.mark.parametrize(
    ("template", "feeding", "reason"),
    [
        ("", Feeding("chat"), "has no chat template"),
        ("{{ raise_exception('Only users.') }}", Feeding("chat"), "does not take this pair: Only users."),
        ("{{ messages[0]['content'] | upper }}", Feeding("chat"), "does not write the texts as they are"),
        ("{{ messages[-1]['content'] }}", Feeding("chat"), "does not write the texts as they are"),
        ("{{ messages.__class__.__mro__ }}", Feeding("chat"), "does not take this pair"),
        ("", Feeding("say {a}"), "leaves the second sentence out"),
    ],
)
def test_what_cannot_be_fed_is_said(template: str, feeding: Feeding, reason: str, tmp_path: Path) -> None:
    model = chatting(tmp_path, template)
    with pytest.raises(Problem, match=reason):
        fed(model, feeding)


@pytest.mark.parametrize("how", ["", "{b} then {a}", "{a} {a}", "only {b}", "{c}"])
def test_a_template_holds_both_in_order(how: str) -> None:
    with pytest.raises(Problem, match="no way of feeding"):
        Feeding(how)


def test_only_a_chat_has_a_system_text() -> None:
    with pytest.raises(Problem, match="Only a chat"):
        Feeding("say {a}", "be good")
