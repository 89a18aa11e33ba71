"""Small random models in folders: BERTs with the tokenizer of the bundled model, and translators with tokenizers of
their own classes.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import ByteLevel, WhitespaceSplit
from transformers import (
    AutoConfig,
    AutoModelForSeq2SeqLM,
    BartTokenizer,
    BertConfig,
    BertModel,
    GPT2Config,
    GPT2LMHeadModel,
    M2M100Tokenizer,
    MarianTokenizer,
    MBart50Tokenizer,
    PegasusTokenizer,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    T5Tokenizer,
)

from mhattn_core.models.catalogue import entries
from mhattn_core.text.gallery import gallery


def put_tokenizer(folder: Path) -> Path:
    """Copy the tokenizer's files into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    path = entries()["minilm"].path()
    assert path is not None
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
        shutil.copy(path / name, folder / name)
    return folder


def config() -> BertConfig:
    return BertConfig(
        vocab_size=30522, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=16
    )


def put_model(folder: Path) -> Path:
    """A whole model."""
    BertModel(config()).save_pretrained(put_tokenizer(folder))
    return folder


def put_pickled_model(folder: Path) -> Path:
    """The same with its weights as a pickle only."""
    model = BertModel(config())
    model.config.save_pretrained(put_tokenizer(folder))
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    return folder


UNKNOWN = "[UNK]"
WORDS = "the old cat sat on the long mat and was very tired it slept"


def put_gpt2(folder: Path, **settings: int) -> Path:
    """A GPT-2 whose config names the end of text of another vocabulary."""
    torch.manual_seed(0)
    sizes = {"vocab_size": 30522, "n_embd": 24, "n_layer": 2, "n_head": 3, "bos_token_id": 50256, "eos_token_id": 50256}
    GPT2LMHeadModel(GPT2Config(**sizes | settings)).save_pretrained(folder)
    return folder


def put_words(folder: Path, words: int = 40) -> Path:
    """A tokenizer of words that has no special token but the unknown."""
    folder.mkdir(parents=True, exist_ok=True)
    known = [UNKNOWN, *dict.fromkeys(WORDS.split())]
    known += [f"w{number}" for number in range(words - len(known))]
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(known)}, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token=UNKNOWN).save_pretrained(folder)
    return folder


TRANSLATORS = ("marian", "m2m_100", "mbart", "bart", "t5", "pegasus")
SIZES: dict[str, Any] = {
    "d_model": 32,
    "encoder_layers": 3,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 24,
    "decoder_ffn_dim": 24,
    "max_position_embeddings": 256,
}
SIZES_T5: dict[str, Any] = {
    "d_model": 32,
    "d_kv": 8,
    "d_ff": 24,
    "num_layers": 3,
    "num_decoder_layers": 2,
    "num_heads": 4,
}


def put_translator(folder: Path, family: str) -> Path:
    """A whole random translator of a family, its tokenizer trained on the gallery (Marian: the bundled one's)."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer(folder, family)
    starts = {"marian": tokenizer.pad_token_id, "t5": tokenizer.pad_token_id, "pegasus": tokenizer.pad_token_id}
    special = {name: getattr(tokenizer, name) for name in ("pad_token_id", "eos_token_id", "bos_token_id")}
    config = AutoConfig.for_model(
        family,
        vocab_size=len(tokenizer) + 128,  # M2M100 counts its language codes apart
        decoder_start_token_id=starts.get(family, tokenizer.eos_token_id),
        **(SIZES_T5 if family == "t5" else SIZES),
        **{name: value for name, value in special.items() if value is not None},
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        AutoModelForSeq2SeqLM.from_config(config).save_pretrained(folder)
    return folder


def _tokenizer(folder: Path, family: str) -> PreTrainedTokenizerBase:
    if family == "marian":
        path = entries()["marian-en-zh"].path()
        assert path is not None
        for name in ("source.spm", "target.spm", "vocab.json", "tokenizer_config.json"):
            shutil.copy(path / name, folder / name)
        return MarianTokenizer.from_pretrained(folder)
    if family == "bart":
        letters = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *sorted(ByteLevel.alphabet())]
        made: PreTrainedTokenizerBase = BartTokenizer(
            vocab={letter: number for number, letter in enumerate(letters)}, merges=[]
        )
    else:
        made = _sentence_pieces(folder, family)
    made.save_pretrained(folder)
    return made


def _sentence_pieces(folder: Path, family: str) -> PreTrainedTokenizerBase:
    texts = [text for pair in gallery().values() for text in (pair.pair.source, pair.pair.target) if text]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_prefix=str(folder / "spm"),
        vocab_size=200,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    trained = sentencepiece.SentencePieceProcessor(str(folder / "spm.model"))
    pieces = [(trained.id_to_piece(number), trained.get_score(number)) for number in range(3, trained.get_piece_size())]
    first = [(special, 0.0) for special in ("<pad>", "</s>", "<unk>")]
    if family == "t5":
        return T5Tokenizer(vocab=[*first, *pieces], extra_ids=0)
    if family == "pegasus":
        return PegasusTokenizer(vocab=[*first, *pieces], offset=0)
    if family == "mbart":
        return MBart50Tokenizer(vocab=[(special, 0.0) for special in ("<s>", "<pad>", "</s>", "<unk>")] + pieces)
    vocabulary = ["<s>", "<pad>", "</s>", "<unk>", *(piece for piece, _score in pieces)]
    (folder / "vocab.json").write_text(json.dumps({piece: number for number, piece in enumerate(vocabulary)}))
    return M2M100Tokenizer(vocab_file=str(folder / "vocab.json"), spm_file=str(folder / "spm.model"))
