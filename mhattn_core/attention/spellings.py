"""How the tokenizers that transformers writes in Python spell their pieces; those of the ``tokenizers`` library give
offsets themselves.
"""

from tokenizers.models import BPE
from transformers import PreTrainedTokenizerBase

from mhattn_core.text.spelling import WORD_START, Spelling

MOSES = Spelling(suffix="</w>")
ESCAPED = Spelling(suffix="</w>", escaped=True)
CONTINUED = Spelling(suffix="@@")
WORD_PIECE = Spelling(prefix="##")
SENTENCE_PIECE = Spelling(spaces=(WORD_START,), bytes="fallback")

# By the name of the class, so that none is imported: each import costs what the family needs.
_OF_CLASS = {
    "XLMTokenizer": MOSES,
    "FlaubertTokenizer": MOSES,
    "BioGptTokenizer": ESCAPED,
    "FSMTTokenizer": ESCAPED,
    "CTRLTokenizer": CONTINUED,
    "PhobertTokenizer": CONTINUED,
    "BlenderbotSmallTokenizer": CONTINUED,
    # What it may put for a name and an address covers them whole.
    "BertweetTokenizer": Spelling(suffix="@@", unknown=frozenset({"@USER", "HTTPURL"})),
    "BertTokenizerLegacy": WORD_PIECE,
    "ProphetNetTokenizer": WORD_PIECE,
    "RoCBertTokenizer": WORD_PIECE,
    "TapasTokenizer": WORD_PIECE,
    "BertJapaneseTokenizer": Spelling(prefix="##", spaces=(WORD_START,)),
    "ByT5Tokenizer": Spelling(bytes="code point"),
    "PerceiverTokenizer": Spelling(bytes="code point"),
    "MyT5Tokenizer": Spelling(bytes="hexadecimal"),
    "CpmTokenizer": Spelling(spaces=(WORD_START, "\u2582", "\u2583"), bytes="fallback"),
    "GPTNeoXJapaneseTokenizer": Spelling(
        spaces=("<SP>", "<BR>", "<TAB>"), bytes="fallback", unknown=frozenset({"<KIGOU>", "<U2000U2BFF>"})
    ),
    "CanineTokenizer": Spelling(),
    "CpmAntTokenizer": Spelling(),
    "EsmTokenizer": Spelling(),
}


def gives_offsets(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether the tokenizer says itself which characters its tokens cover.

    Those of the ``tokenizers`` library do, but for one kind: where a byte-pair vocabulary holds neither an unknown
    token nor single bytes, a character outside it is dropped, and the offsets of all that follows in the same word are
    shifted.
    """
    if not tokenizer.is_fast:
        return False
    has_marks, has_bytes = (
        tokenizer.convert_tokens_to_ids(token) not in (None, tokenizer.unk_token_id) for token in (WORD_START, "<0x00>")
    )
    model = tokenizer.backend_tokenizer.model
    return not (isinstance(model, BPE) and model.unk_token is None and has_marks and not has_bytes)


def spelling_of(tokenizer: PreTrainedTokenizerBase) -> Spelling:
    """The marks of a tokenizer's class, and its own unknown and special tokens; SentencePiece's where the class is not
    in the table.
    """
    names = [cls.__name__ for cls in type(tokenizer).__mro__]
    of_class = next((_OF_CLASS[name] for name in names if name in _OF_CLASS), SENTENCE_PIECE)
    added = {str(token) for token in tokenizer.added_tokens_decoder.values()}
    unknown = {str(tokenizer.unk_token)} if tokenizer.unk_token else set()
    return of_class.with_tokens(unknown, added | set(tokenizer.all_special_tokens))
