"""Telling a multilingual translator what it reads and writes (M2M100, NLLB, mBART).

Their tokenizers put a language code into each sequence. Where a pair does not name it, the language is taken from the
script: Chinese where there are Chinese characters, English elsewhere; codes stand outside the words, as special tokens.
"""

import re
from typing import TYPE_CHECKING, Any

from mhattn_core.text.words import HAN_STRETCH

if TYPE_CHECKING:
    from mhattn_core.models.model import Model

CODE = re.compile(r"[a-z]{2,3}_[A-Z][A-Za-z]+")
CODES = {"zh": ("zho_Hans", "zh_CN", "zh"), "en": ("eng_Latn", "en_XX", "en")}


def language_of(text: str) -> str:
    """``zh`` or ``en``."""
    return "zh" if HAN_STRETCH.search(text) else "en"


def other_language(text: str) -> str:
    """What a text is translated into when nothing else is said."""
    return "en" if language_of(text) == "zh" else "zh"


def languages_of(model: "Model") -> tuple[str, ...]:
    """The language codes that a multilingual translator's tokenizer knows, in order; empty for other models."""
    tokenizer: Any = model.tokenizer
    if not hasattr(tokenizer, "src_lang"):
        return ()
    tokens = getattr(tokenizer, "lang_code_to_token", None) or getattr(tokenizer, "lang_code_to_id", None)
    return tuple(sorted(tokens or (token for token in tokenizer.all_special_tokens if CODE.fullmatch(token))))


def set_languages(model: "Model", source: str, target: str) -> None:
    """Let the tokenizer read ``source`` and write ``target``; call it while holding ``model.tokenizing``.

    Languages are ``zh``, ``en``, or codes of ``languages_of``. Tokenizers without languages, and languages without a
    code, are left as they are.
    """
    tokenizer: Any = model.tokenizer
    if not hasattr(tokenizer, "src_lang"):
        return
    tokenizer.src_lang = _code(tokenizer, source) or tokenizer.src_lang
    tokenizer.tgt_lang = _code(tokenizer, target) or tokenizer.tgt_lang


def first_of(model: "Model", target: str) -> dict[str, int]:
    """What ``generate`` must be told to write ``target``: the code that comes first."""
    tokenizer: Any = model.tokenizer
    code = _code(tokenizer, target) if hasattr(tokenizer, "src_lang") else None
    if code is None:
        return {}
    token = getattr(tokenizer, "lang_code_to_token", {}).get(code, code)
    return {"forced_bos_token_id": int(tokenizer.convert_tokens_to_ids(token))}


def _code(tokenizer: Any, language: str) -> str | None:
    tokens = getattr(tokenizer, "lang_code_to_token", None)
    for code in CODES.get(language, (language,)):
        known = (
            code in tokens if tokens else tokenizer.convert_tokens_to_ids(code) not in (None, tokenizer.unk_token_id)
        )
        if known:
            return code
    return None
