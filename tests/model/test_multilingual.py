"""A multilingual translator: language codes by script, and SentencePiece tokenizers without offsets."""

import json

import numpy as np
import pytest
import sentencepiece
import torch
from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

import mhattn_core as mh
from mhattn_core.text.gallery import gallery


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> mh.Model:
    """A tiny random M2M100 with a real M2M100 tokenizer, trained on the gallery."""
    folder = tmp_path_factory.mktemp("m2m100")
    texts = [text for pair in gallery().values() for text in (pair.pair.source, pair.pair.target) if text]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_prefix=str(folder / "spm"),
        vocab_size=200,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    pieces = sentencepiece.SentencePieceProcessor(str(folder / "spm.model"))
    vocabulary = [
        "<s>",
        "<pad>",
        "</s>",
        "<unk>",
        *(pieces.id_to_piece(number) for number in range(3, pieces.get_piece_size())),
    ]
    (folder / "vocab.json").write_text(json.dumps({piece: number for number, piece in enumerate(vocabulary)}))
    tokenizer = M2M100Tokenizer(vocab_file=str(folder / "vocab.json"), spm_file=str(folder / "spm.model"))
    tokenizer.save_pretrained(folder)
    config = M2M100Config(
        vocab_size=len(vocabulary) + 128,
        d_model=32,
        encoder_layers=3,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=24,
        decoder_ffn_dim=24,
        max_position_embeddings=1024,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        M2M100ForConditionalGeneration(config).save_pretrained(folder)
    return mh.load(str(folder), device="cpu")


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        ("I love natural language", "我爱自然语言", ("__en__", "__zh__")),
        ("我爱自然语言", "I love natural language", ("__zh__", "__en__")),
        ("I love language", "I love natural language", ("__en__", "__en__")),
    ],
)
def test_codes_follow_the_scripts_and_stay_off_the_grid(
    translator: mh.Model, first: str, second: str, codes: tuple[str, str]
) -> None:
    seen = mh.attend(translator, mh.SentencePair(first, second))
    targets, sources = seen.tokens("cross")
    assert (sources[0], targets[1]) == codes
    grid = seen.words("cross")
    assert grid.keys == tuple(word.text for word in mh.SentencePair(first).a.words)
    assert grid.queries == tuple(word.text for word in mh.SentencePair(second).a.words)
    np.testing.assert_allclose(grid.pattern.sum(axis=-1) + grid.special_mass, 1, atol=1e-5)


def test_without_a_second_sentence_the_other_language_is_written(translator: mh.Model) -> None:
    seen = mh.attend(translator, mh.SentencePair("我爱自然语言"))
    assert seen.tokens("cross")[0][1] == "__en__"
    assert seen.sentences["b"].text


def test_plain_transformers_reproduces_the_pattern(translator: mh.Model) -> None:
    seen = mh.attend(translator, gallery()["love-nlp"].pair)
    reference = M2M100ForConditionalGeneration.from_pretrained(
        translator.network.name_or_path, attn_implementation="eager"
    )
    with torch.no_grad():
        output = reference(**seen.inputs, output_attentions=True)
    np.testing.assert_allclose(seen.pattern("cross"), torch.stack(output.cross_attentions)[:, 0].numpy(), atol=1e-5)
