"""Every tokenizer class of transformers: each piece lies on the word of which it was made, or the text is refused.

The reference knows no offsets: where the tokens of a text up to the end of a word begin with the tokens up to its
start, what comes between was made of this word. Vocabularies are trained here, so that nothing is downloaded.
"""

from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
import regex
from tokenizers_offline import build, class_names
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from mhattn_core import Model, Problem
from mhattn_core.attention.pieces import encode
from mhattn_core.tap.survey import AttentionMap

NOT_FOR_TEXT = {
    "ClvpTokenizer": "of speech",
    "DiaTokenizer": "of speech",
    "EsmcTokenizer": "of proteins, with a vocabulary of its own",
    "LayoutLMv2Tokenizer": "of words with boxes on a page",
    "LayoutLMv3Tokenizer": "of words with boxes on a page",
    "LayoutXLMTokenizer": "of words with boxes on a page",
    "MarkupLMTokenizer": "of words with places in a web page",
    "MgpstrTokenizer": "of letters in a picture",
    "ParakeetTokenizer": "of speech",
    "RagTokenizer": "two tokenizers of other classes",
    "TokenizersBackend": "of any file of the tokenizers library, without a vocabulary of its own",
    "UdopTokenizer": "of words with boxes on a page",
    "VitsTokenizer": "of speech",
    "Wav2Vec2CTCTokenizer": "of speech",
    "Wav2Vec2PhonemeCTCTokenizer": "of speech",
}
TEXTS = (
    "The café isn't cheap & costs 3.5 — really?",
    "“NAÏVE” Straße ÀÉ ﬁne ① <b>bold</b> İstanbul…",
    "a a b a a-a a",
    "虽然天气不好，但是我们还是去了公园。",
    "나는 학교에 갑니다 👩‍👩‍👧 ok",
    "x\u200by co\u00adoperate zero\u200bwidth a\u200bb a\u200bb",
    "well-known a@@ b## c</w> &lt; @-@ end",
    "Ελλάς ΣΑΣ 猫 unaffable  double   spaces",
)
SAMPLE = (
    "BertTokenizer",
    "BioGptTokenizer",
    "BlenderbotSmallTokenizer",
    "ByT5Tokenizer",
    "CanineTokenizer",
    "GPT2Tokenizer",
)
SAMPLE += ("MarianTokenizer", "MyT5Tokenizer", "PhobertTokenizer", "RoCBertTokenizer", "T5Tokenizer", "XLMTokenizer")


def model_of(tokenizer: PreTrainedTokenizerBase) -> Model:
    """A model of which only the tokenizer is asked."""
    return Model("tiny", "0", cast(PreTrainedModel, None), tokenizer, cast(AttentionMap, None), None)


def ids(tokenizer: Any, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"]) if text else []


def words_by_prefix(tokenizer: PreTrainedTokenizerBase, text: str) -> list[tuple[int, int, range]]:
    """Start and end of those words between spaces of which tokens were made that do not hang on what follows, with
    these tokens.
    """
    whole = ids(tokenizer, text)
    found = [word.span() for word in regex.finditer(r"\S+", text)]
    words = []
    for (_start, before), (start, end) in pairwise([(0, 0), *found]):
        first, last = ids(tokenizer, text[:before]), ids(tokenizer, text[:end])
        if whole[: len(last)] == last and last[: len(first)] == first:
            words.append((start, end, range(len(first), len(last))))
    return words


def is_dropped(tokenizer: PreTrainedTokenizerBase, text: str, at: int) -> bool:
    """Whether the tokenizer makes nothing of a character: without it, the tokens are the same."""
    return ids(tokenizer, text[:at] + text[at + 1 :]) == ids(tokenizer, text)


def outcome(tokenizer: PreTrainedTokenizerBase, text: str) -> str:
    """``equal``, ``refused``, or what differs."""
    try:
        pieces = encode(model_of(tokenizer), text, special=False).pieces
    except Problem:
        return "refused"
    wrong = []
    for start, end, own in words_by_prefix(tokenizer, text):
        covering = {number for number, piece in enumerate(pieces) if piece.start < end and piece.end > start}
        covered = {at for number in own for at in range(pieces[number].start, pieces[number].end)}
        visible = {
            at
            for at in range(start, end)
            if not regex.match(r"[\p{M}\p{Cf}]", text[at]) and not is_dropped(tokenizer, text, at)
        }
        if not covering <= set(own) or (covering and not visible <= covered):
            wrong.append(
                (
                    text[start:end],
                    [text[pieces[number].start : pieces[number].end] for number in own],
                    sorted(covering),
                    own,
                )
            )
    return f"differs: {wrong}" if wrong else "equal"


def made(name: str, folder: Path) -> PreTrainedTokenizerBase:
    if name in NOT_FOR_TEXT:
        pytest.skip(f"a tokenizer {NOT_FOR_TEXT[name]}")
    try:
        return build(name, folder)
    except ImportError as error:
        pytest.skip(f"{name} needs a package that is not installed: {str(error).strip().splitlines()[0]}")


@pytest.mark.parametrize("name", SAMPLE)
def test_pieces_lie_on_the_words_of_which_they_were_made(name: str, tmp_path: Path) -> None:
    tokenizer = made(name, tmp_path)
    assert {text: outcome(tokenizer, text) for text in TEXTS} == dict.fromkeys(TEXTS, "equal")


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in class_names() if name not in SAMPLE])
def test_so_they_do_for_every_class_or_the_text_is_refused(name: str, tmp_path: Path) -> None:
    tokenizer = made(name, tmp_path)
    outcomes = {text: outcome(tokenizer, text) for text in TEXTS}
    assert set(outcomes.values()) <= {"equal", "refused"}
    assert "equal" in outcomes.values()
