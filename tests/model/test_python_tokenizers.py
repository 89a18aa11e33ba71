"""Models whose tokenizer is written in Python, read from their files: the tokens as fed, the words they lie on, the
patterns.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from tiny import SIZES, SIZES_T5
from tokenizers_offline import build

import mhattn_core as mh

SIZES_FSMT = {**SIZES, "langs": ["en", "zh"]}
SOURCE, TARGET = "I saw a café, isn't it?", "You have a CAT & a dog."


def put(folder: Path, tokenizer_class: str, model_type: str, **sizes: Any) -> Any:
    """A tiny random model of a type with a tokenizer of a class, in a folder; the tokenizer."""
    tokenizer: Any = build(tokenizer_class, folder)
    tokenizer.save_pretrained(folder)
    special = {name: getattr(tokenizer, name) for name in ("pad_token_id", "eos_token_id", "bos_token_id")}
    config = transformers.AutoConfig.for_model(
        model_type,
        decoder_start_token_id=tokenizer.eos_token_id,
        **sizes,
        **{name: value for name, value in special.items() if value is not None},
    )
    auto: Any = transformers.AutoModelForSeq2SeqLM if config.is_encoder_decoder else transformers.AutoModelForMaskedLM
    auto = transformers.AutoModelForCausalLM if model_type == "biogpt" else auto
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        auto.from_config(config).save_pretrained(folder)
    return tokenizer


TRANSLATORS = {
    "byt5": ("ByT5Tokenizer", "t5", {**SIZES_T5, "vocab_size": 384}),
    "blenderbot-small": ("BlenderbotSmallTokenizer", "blenderbot-small", {**SIZES, "vocab_size": 700}),
    "fsmt": ("FSMTTokenizer", "fsmt", {**SIZES_FSMT, "src_vocab_size": 700, "tgt_vocab_size": 700}),
}


@pytest.mark.parametrize("name", TRANSLATORS)
def test_a_translator_without_a_target_mode_is_read_as_transformers_reads_it(name: str, tmp_path: Path) -> None:
    tokenizer_class, model_type, sizes = TRANSLATORS[name]
    tokenizer = put(tmp_path, tokenizer_class, model_type, **sizes)
    model = mh.load(str(tmp_path), device="cpu")
    seen = mh.attend(model, mh.SentencePair(SOURCE, TARGET))
    labels = tokenizer(text_target=TARGET)["input_ids"]
    assert seen.inputs["input_ids"][0].tolist() == tokenizer(SOURCE)["input_ids"]
    assert seen.inputs["decoder_input_ids"][0].tolist()[1:] == labels[:-1]
    eager = transformers.AutoModelForSeq2SeqLM.from_pretrained(tmp_path, attn_implementation="eager").eval()
    with torch.no_grad():
        outputs = eager(**seen.inputs, output_attentions=True)
    for stack, patterns in (
        ("encoder", outputs.encoder_attentions),
        ("decoder", outputs.decoder_attentions),
        ("cross", outputs.cross_attentions),
    ):
        np.testing.assert_allclose(seen.pattern(stack), torch.stack(patterns)[:, 0].numpy(), atol=1e-5)


@pytest.mark.parametrize("name", TRANSLATORS)
def test_every_word_of_both_sentences_has_its_own_pieces(name: str, tmp_path: Path) -> None:
    tokenizer_class, model_type, sizes = TRANSLATORS[name]
    put(tmp_path, tokenizer_class, model_type, **sizes)
    seen = mh.attend(mh.load(str(tmp_path), device="cpu"), mh.SentencePair(SOURCE, TARGET))
    for pieces, side in ((seen.pieces("cross")[1], "a"), (seen.pieces("cross")[0], "b")):
        text, words = seen.sentences[side].text, seen.sentences[side].words
        # The decoder does not read the last label.
        for word in words[:-1]:
            own = [
                text[piece.start : piece.end] for piece in pieces if piece.start < word.end and piece.end > word.start
            ]
            if name == "byt5":
                assert own == [letter for letter in word.text for _byte in letter.encode()]
            else:
                assert "".join(dict.fromkeys(own)) == word.text or "".join(own) == word.text


def test_weights_lie_on_the_word_whose_piece_took_them(tmp_path: Path) -> None:
    sizes = {
        "vocab_size": 700,
        "hidden_size": 24,
        "num_hidden_layers": 2,
        "num_attention_heads": 3,
        "intermediate_size": 16,
    }
    put(tmp_path, "BioGptTokenizer", "biogpt", **sizes)
    seen = mh.attend(mh.load(str(tmp_path), device="cpu"), mh.SentencePair("you & a CAT"))
    pattern, grid = seen.pattern("decoder"), seen.words("decoder")
    tokens = seen.model.tokenizer.convert_ids_to_tokens(seen.inputs["input_ids"][0].tolist())
    assert grid.keys == ("you", "&", "a", "CAT")
    # Moses writes the sign as &amp;, which this vocabulary writes in several pieces.
    first, last = tokens.index("&"), tokens.index("a</w>")
    assert "".join(tokens[first:last]) == "&amp;</w>"
    np.testing.assert_allclose(grid.pattern[:, :, 2, 1], pattern[:, :, last, first:last].sum(axis=-1), atol=1e-6)


def test_a_lowercasing_tokenizer_sees_words_in_capitals(tmp_path: Path) -> None:
    put(tmp_path, "XLMTokenizer", "xlm", vocab_size=700, emb_dim=24, n_layers=2, n_heads=3)
    grid = mh.attend(mh.load(str(tmp_path), device="cpu"), mh.SentencePair("I saw a CAFÉ")).words("encoder")
    assert grid.key_axis.seen.tolist() == [True, True, True, True]
