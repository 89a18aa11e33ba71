"""The longest text of every family: read in full up to there, and refused from the first token that has no position."""

import pytest
import torch
from cases import model_of
from families import ON_THEIR_OWN, READABLE, TWO_BERTS, XLNET, Family

import mhattn_core as mh
from mhattn_core.attention.batches import feed_all
from mhattn_core.errors import Problem
from mhattn_core.models.model import Model

ENDLESS = int(1e30)
"""What tokenizers that name no limit have."""
WITHOUT_A_LIMIT = {"t5", "mt5", "umt5", "switch_transformers", "xlnet"}
GROWS = {"fsmt"}
"""Its table of positions is made anew when it is too short."""
STATED = 64


def endless(family: Family) -> Model:
    """With a tokenizer that names no limit, so that the network's own shows."""
    model = model_of(family)
    model.tokenizer.model_max_length = ENDLESS
    return model


def specials(model: Model) -> int:
    """Tokens beside a sentence that stands alone: [BOS] and [EOS], [BOS] only of a causal model."""
    return 1 if model.stacks == ("decoder",) else 2


def words(number: int) -> str:
    return " ".join(["cat"] * number)


def lookup_fails(model: Model, name: str, tokens: int) -> bool:
    """Whether the network itself fails on so many tokens of one input."""
    ids = torch.full((1, tokens), 23)
    inputs = {"input_ids": ids} if name == "input_ids" else {"input_ids": ids[:, :5], "decoder_input_ids": ids}
    if "cross" in model.stacks and name == "input_ids":
        inputs["decoder_input_ids"] = ids[:, :5]
    try:
        model.network(**inputs)
    except (IndexError, RuntimeError):
        return True
    return False


@pytest.mark.parametrize("family", [*READABLE, *ON_THEIR_OWN, XLNET], ids=lambda family: family.name)
def test_the_longest_text_is_read_and_one_token_more_is_refused(family: Family) -> None:
    model = endless(family)
    second = "cat" if "cross" in model.stacks else ""
    if family.name in WITHOUT_A_LIMIT:
        assert model.longest == ENDLESS
        assert not lookup_fails(model, "input_ids", 300)
        return
    assert STATED - 2 <= model.longest <= STATED
    fits, too_long = (mh.SentencePair(words(model.longest - specials(model) + more), second) for more in (0, 1))
    assert mh.attend(model, fits).pattern(model.stacks[0]).shape[-1] == model.longest
    with pytest.raises(Problem, match=f"has {model.longest + 1} tokens.* takes {model.longest}"):
        mh.attend(model, too_long)
    rows, problems = feed_all(model, [fits, too_long])
    assert ([row.tokens for row in rows], list(problems)) == ([model.longest], [1])
    if model.tables["input_ids"].positions and family.name not in GROWS:
        assert lookup_fails(model, "input_ids", model.longest + 1)


@pytest.mark.parametrize(
    "family",
    [family for family in READABLE if not {"cross", "decoder"} & set(family.projections)],
    ids=lambda family: family.name,
)
def test_both_sentences_of_a_pair_count(family: Family) -> None:
    model = endless(family)
    each = (model.longest - 3) // 2  # [BOS] A [EOS] B [EOS]
    rest = model.longest - 3 - each
    assert mh.attend(model, mh.SentencePair(words(each), words(rest))).pattern("encoder").shape[-1] == model.longest
    with pytest.raises(Problem, match=f"has {model.longest + 1} tokens"):
        mh.attend(model, mh.SentencePair(words(each), words(rest + 1)))


@pytest.mark.parametrize(
    "family", [family for family in READABLE if "cross" in family.projections], ids=lambda family: family.name
)
def test_the_steps_of_a_decoder_have_a_limit_too(family: Family) -> None:
    model = endless(family)
    if family.name in WITHOUT_A_LIMIT:
        assert model.longest_target == ENDLESS
        return
    assert model.longest_target == STATED
    # As many steps as labels, of which [BOS] and [EOS] are two.
    assert mh.attend(model, mh.SentencePair("cat", words(STATED - 2))).pattern("decoder").shape[-1] == STATED
    with pytest.raises(Problem, match=f"has {STATED + 1} tokens"):
        mh.attend(model, mh.SentencePair("cat", words(STATED - 1)))


@pytest.mark.parametrize(("encoder", "decoder"), [(40, 30), (30, 40)])
def test_two_networks_have_two_limits(encoder: int, decoder: int) -> None:
    family = next(family for family in READABLE if family.name == "encoder-decoder")
    sides = {
        side: {**TWO_BERTS[side], "max_position_embeddings": positions}  # type: ignore[dict-item]
        for side, positions in (("encoder", encoder), ("decoder", decoder))
    }
    model = endless(Family(family.name, family.model_type, family.auto, {**TWO_BERTS, **sides}, family.projections))
    assert (model.longest, model.longest_target) == (encoder, decoder)
    assert mh.attend(model, mh.SentencePair(words(encoder - 2), words(decoder - 2))).pattern("cross").shape[2:] == (
        decoder,
        encoder,
    )
    for pair in (mh.SentencePair(words(encoder - 1), "cat"), mh.SentencePair("cat", words(decoder - 1))):
        with pytest.raises(Problem, match="tokens"):
            mh.attend(model, pair)


@pytest.mark.parametrize("padding", [0, 1, 5])
def test_positions_that_start_behind_the_padding_index(padding: int) -> None:
    family = next(family for family in READABLE if family.name == "roberta")
    model = endless(
        Family(
            family.name,
            family.model_type,
            family.auto,
            {**family.settings, "pad_token_id": padding},
            family.projections,
        )
    )
    assert model.longest == STATED - padding - 1
    assert not lookup_fails(model, "input_ids", model.longest)
    assert lookup_fails(model, "input_ids", model.longest + 1)


def test_what_the_tokenizer_names_holds_where_it_is_less() -> None:
    model = endless(next(family for family in READABLE if family.name == "bert"))
    model.tokenizer.model_max_length = 9
    with pytest.raises(Problem, match=r"has 10 tokens.* takes 9"):
        mh.attend(model, mh.SentencePair(words(8)))
