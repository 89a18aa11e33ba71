"""One small tokenizer of every class of transformers, made without a network from vocabularies trained on a few
sentences.
"""

import inspect
import json
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

import sentencepiece
import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerBase
from transformers.models.auto.tokenization_auto import TOKENIZER_MAPPING_NAMES
from transformers.models.bert.tokenization_bert_legacy import BertTokenizerLegacy

from mhattn_core.text.gallery import gallery

EXTRA = [
    "The café isn't cheap & costs 3.5, really: a naive strasse, fine.",
    "you have a cat and a dog",
    "a b c d e f g h i j k l m n o p q r s t",
]
SPECIAL = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    "<mask>",
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "[X_SEP]",
    "[EMPTY]",
]
UNKNOWN = SPECIAL[6]
SPECIAL += ["<|startoftext|>", "<|endoftext|>"]


def sentences() -> list[str]:
    return [text for pair in gallery().values() for text in (pair.pair.source, pair.pair.target) if text] + EXTRA * 4


def class_names() -> list[str]:
    """Every tokenizer that ``AutoTokenizer`` may make, and the one for older BERTs."""
    return sorted({name for name in TOKENIZER_MAPPING_NAMES.values() if name} | {"BertTokenizerLegacy"})


@cache
def word_pieces() -> dict[str, int]:
    trained = Tokenizer(models.WordPiece(unk_token=UNKNOWN))
    trained.normalizer, trained.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    trained.train_from_iterator(
        sentences(), trainers.WordPieceTrainer(vocab_size=400, special_tokens=SPECIAL, show_progress=False)
    )
    return dict(trained.get_vocab())


@cache
def merged(kind: str) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Vocabulary and merges of a byte-level BPE, of one with SentencePiece's marks, or of one with ends of words."""
    trained = Tokenizer(models.BPE())
    suffix = {"</w>": "</w>"}.get(kind, "")
    trained.pre_tokenizer = {
        "bytes": pre_tokenizers.ByteLevel(add_prefix_space=False),
        "▁": pre_tokenizers.Metaspace(),
        "</w>": pre_tokenizers.BertPreTokenizer(),
    }[kind]
    alphabet = pre_tokenizers.ByteLevel.alphabet() if kind == "bytes" else []
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=SPECIAL,
        initial_alphabet=alphabet,
        end_of_word_suffix=suffix,
        show_progress=False,
    )
    texts = [text.lower() for text in sentences()] if kind == "</w>" else sentences()
    trained.train_from_iterator(texts, trainer)
    merges = json.loads(trained.to_str())["model"]["merges"]
    return dict(trained.get_vocab()), [tuple(merge) for merge in merges]


def unigrams(folder: Path) -> tuple[Path, list[tuple[str, float]]]:
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences()),
        model_prefix=str(folder / "spm"),
        vocab_size=300,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    trained = sentencepiece.SentencePieceProcessor(str(folder / "spm.model"))
    pieces = [(trained.id_to_piece(number), trained.get_score(number)) for number in range(3, trained.get_piece_size())]
    return folder / "spm.model", [(special, 0.0) for special in SPECIAL] + pieces


def build(name: str, folder: Path) -> PreTrainedTokenizerBase:
    """A tokenizer of a class. Raises whatever its class raises where a package is missing."""
    cls: Any = BertTokenizerLegacy if name == "BertTokenizerLegacy" else getattr(transformers, name)
    if name in _PYTHON:
        return _PYTHON[name](cls, folder)
    candidates = list(_fast(cls, folder))
    if not candidates:
        raise ValueError(f"{name} takes none of the vocabularies")
    return min(candidates, key=_strangeness)


def _strangeness(tokenizer: PreTrainedTokenizerBase) -> tuple[bool, float, bool]:
    """How badly a vocabulary fits a class: a text does not come back, is unknown, or what is unknown does not get the
    unknown token.
    """
    text = "you have a cat"
    back = tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]).strip() != text
    return (
        back,
        _unknown(tokenizer),
        tokenizer.unk_token_id not in tokenizer("☃", add_special_tokens=False)["input_ids"],
    )


def _unknown(tokenizer: PreTrainedTokenizerBase) -> float:
    ids = tokenizer("you have a cat", add_special_tokens=False)["input_ids"]
    return sum(id_ == tokenizer.unk_token_id for id_ in ids) / len(ids) if ids else 1.0


def _fast(cls: Any, folder: Path) -> Iterator[PreTrainedTokenizerBase]:
    """What the class makes of each kind of vocabulary that it takes."""
    takes = inspect.signature(cls.__init__).parameters
    kinds: list[dict[str, Any]] = []
    if "merges" in takes:
        kinds = [{"vocab": merged(kind)[0], "merges": merged(kind)[1]} for kind in ("bytes", "▁", "</w>")]
    else:
        pieces = unigrams(folder)[1]
        # Where its class expects the unknown token differs.
        orders = [
            [*rest[:at], (unknown, 0.0), *rest[at:]] for at in range(4) for unknown, rest in _without_unknown(pieces)
        ]
        kinds = [{"vocab": word_pieces()}, *({"vocab": order} for order in orders)]
    for kind in kinds:
        # A class takes one kind and fails on the others in ways of its own.
        with suppress(Exception):
            made = cls(**kind)
            made("a", add_special_tokens=False)
            yield made


def _without_unknown(pieces: list[tuple[str, float]]) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    for unknown in ("<unk>", "[UNK]"):
        yield unknown, [piece for piece in pieces if piece[0] != unknown]


def _write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def _bpe(cls: Any, folder: Path, **more: Any) -> PreTrainedTokenizerBase:
    """Vocabularies whose pieces end in ``</w>``."""
    vocabulary, merges = merged("</w>")
    codes = "#version\n" + "".join(f"{left} {right} 1\n" for left, right in merges)
    tokens = dict.fromkeys([*vocabulary, "&amp;</w>", "&", "&</w>", ";</w>", ";"])
    vocab = _write(folder, "vocab.json", json.dumps({token: number for number, token in enumerate(tokens)}))
    if cls.__name__ == "FSMTTokenizer":
        return cls(["en", "zh"], vocab, vocab, _write(folder, "merges.txt", codes), **more)
    return cls(vocab, _write(folder, "merges.txt", codes), **more)


def _continued(cls: Any, folder: Path, *, listed: bool, **more: Any) -> PreTrainedTokenizerBase:
    """Vocabularies whose pieces but the last of a word end in ``@@``, as JSON or as a list with counts."""
    vocabulary, merges = merged("</w>")
    tokens = [*SPECIAL, "__unk__", "__start__", "__end__", "__null__"]
    tokens += [
        token.removesuffix("</w>") if token.endswith("</w>") else f"{token}@@"
        for token in vocabulary
        if token not in SPECIAL
    ]
    codes = "#version\n" + "".join(f"{left} {right} 1\n" for left, right in merges) + "\n"
    if listed:
        return cls(
            _write(folder, "vocab.txt", "".join(f"{token} 1\n" for token in tokens[4:])),
            _write(folder, "codes", codes),
            **more,
        )
    vocab = _write(
        folder, "vocab.json", json.dumps({token: number for number, token in enumerate(dict.fromkeys(tokens))})
    )
    # These read two columns.
    return cls(vocab, _write(folder, "merges.txt", codes.replace(" 1\n", "\n")), **more)


def _word_pieces(cls: Any, folder: Path, **more: Any) -> PreTrainedTokenizerBase:
    vocab = _write(folder, "vocab.txt", "".join(f"{token}\n" for token in word_pieces()))
    if cls.__name__ == "RoCBertTokenizer":
        none = _write(folder, "none.json", json.dumps({str(number): 0 for number in word_pieces().values()}))
        return cls(vocab, none, none, **more)
    return cls(vocab, **more)


def _sentence_piece(cls: Any, folder: Path, **more: Any) -> PreTrainedTokenizerBase:
    model, pieces = unigrams(folder)
    vocabulary = list(dict.fromkeys([*SPECIAL, *(piece for piece, _score in pieces)]))
    as_json = _write(folder, "vocab.json", json.dumps({piece: number for number, piece in enumerate(vocabulary)}))
    if cls.__name__ == "BartphoTokenizer":
        return cls(str(model), _write(folder, "dict.txt", "".join(f"{piece} 1\n" for piece in vocabulary)))
    if cls.__name__ in {"M2M100Tokenizer", "Speech2TextTokenizer"}:
        return cls(as_json, str(model), **more)
    if cls.__name__ == "MarianTokenizer":
        return cls(str(model), str(model), as_json, **more)
    return cls(str(model), **more)


def _characters(cls: Any, folder: Path, **more: Any) -> PreTrainedTokenizerBase:
    letters = sorted({letter for text in sentences() for letter in text if not letter.isspace()})
    tokens = ["<d>", "</d>", *SPECIAL, "</n>", "</_>", "<cls>", "<eos>", *letters]
    return cls(_write(folder, "vocab.txt", "".join(f"{token}\n" for token in tokens)), **more)


def _japanese(cls: Any, folder: Path) -> PreTrainedTokenizerBase:
    letters = sorted({letter for text in sentences() for letter in text if not letter.isspace()} - set(","))
    tokens = [
        "<|startoftext|>",
        "<|endoftext|>",
        *(f"<|byte{number}|>" for number in range(256)),
        "<SP>",
        "<BR>",
        "<TAB>",
        *letters,
    ]
    tokens += ["<KIGOU>", "<U2000U2BFF>", "<emoji1>"]
    emoji = json.dumps({"emoji": {"😀": "<emoji1>"}, "emoji_inv": {"<emoji1>": "😀"}})
    return cls(_write(folder, "vocab.txt", "\n".join(tokens)), _write(folder, "emoji.json", emoji))


def _rewritten(cls: Any, folder: Path) -> PreTrainedTokenizerBase:
    """MyT5: a capital A becomes two bytes, "th" becomes one."""
    maps = {"decompose_map": {"41": "c1 61"}, "merge_map": {"74 68": "c0"}}
    return cls(_write(folder, "byte_maps.json", json.dumps(maps)))


def _plain(cls: Any, _folder: Path) -> PreTrainedTokenizerBase:
    return cls()


_PYTHON: dict[str, Any] = {
    **dict.fromkeys(["XLMTokenizer", "FlaubertTokenizer", "BioGptTokenizer", "FSMTTokenizer"], _bpe),
    **dict.fromkeys(["BertweetTokenizer", "PhobertTokenizer"], partial(_continued, listed=True)),
    **dict.fromkeys(["CTRLTokenizer", "BlenderbotSmallTokenizer"], partial(_continued, listed=False)),
    **dict.fromkeys(
        ["RoCBertTokenizer", "ProphetNetTokenizer", "TapasTokenizer", "BertTokenizerLegacy", "BertJapaneseTokenizer"],
        _word_pieces,
    ),
    **dict.fromkeys(
        ["BartphoTokenizer", "BertGenerationTokenizer", "M2M100Tokenizer", "MarianTokenizer", "PLBartTokenizer"],
        _sentence_piece,
    ),
    **dict.fromkeys(
        ["GPTSw3Tokenizer", "SiglipTokenizer", "SpeechT5Tokenizer", "Speech2TextTokenizer", "CpmTokenizer"],
        _sentence_piece,
    ),
    **dict.fromkeys(["CpmAntTokenizer", "EsmTokenizer"], _characters),
    **dict.fromkeys(["ByT5Tokenizer", "CanineTokenizer", "PerceiverTokenizer"], _plain),
    "GPTNeoXJapaneseTokenizer": _japanese,
    "MyT5Tokenizer": _rewritten,
}
