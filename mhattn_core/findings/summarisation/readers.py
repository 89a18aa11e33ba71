"""Which models of the catalogue can read a document and write its summary."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mhattn_core.attention.pieces import encode, encode_target
from mhattn_core.attention.token_kinds import unknown_share
from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.summarisation.document import DocumentInput
from mhattn_core.locale import _, listed
from mhattn_core.models.catalogue import CatalogueEntry, entries
from mhattn_core.models.control_names import trained_name

if TYPE_CHECKING:
    from mhattn_core.models.model import Model

ONLY_READ = frozenset({"bert", "distilbert", "roberta", "xlm-roberta", "electra", "albert", "modernbert"})
TRANSLATE = frozenset({"marian", "m2m_100", "mbart", "nllb"})
UNKNOWN_FROM = 0.5


def entry_of(name: str) -> CatalogueEntry | None:
    return entries().get(trained_name(name))


def languages() -> dict[str, str]:
    return {"en": _("English"), "zh": _("Chinese")}


def unable(name: str, given: DocumentInput) -> str:
    """Why a model of the catalogue cannot take this document, in a sentence; empty where nothing speaks against it."""
    entry = entry_of(name)
    if entry is None:
        return ""
    if entry.family in ONLY_READ:
        return _("{name} is an encoder: it reads a document, but writes no summary.").format(name=name)
    if given.language not in entry.languages:
        return _(
            "{name} was not made for {language}: its weights would show where unknown pieces stand, not what they mean."
        ).format(name=name, language=languages()[given.language])
    return ""


def able(language: str) -> list[CatalogueEntry]:
    """Models that read a language and write it, the ones on this machine first, then the smaller ones; translators are
    none.
    """
    found = [
        entry
        for entry in entries().values()
        if language in entry.languages and entry.family not in ONLY_READ | TRANSLATE
    ]
    return sorted(
        found, key=lambda entry: (entry.path() is None, entry.family not in {"llama", "qwen2"}, entry.size_mb)
    )


def who_could(language: str, offered: Sequence[CatalogueEntry]) -> str:
    """Which models read a language and write its summaries, and where they are."""
    if not offered:
        return _("No model that is offered here reads and writes {language}.").format(language=languages()[language])
    names = listed(f"{entry.name} ({where(entry)})" for entry in offered)
    return _("Models that read and write {language}: {names}.").format(language=languages()[language], names=names)


def where(entry: CatalogueEntry) -> str:
    """Whether a model is here, or how large its download is."""
    return (
        _("on this machine")
        if entry.path() is not None
        else _("{size} MB to download").format(size=f"{entry.size_mb:,}")
    )


def check_known(model: "Model", given: DocumentInput) -> None:
    """Raises Problem where a tokenizer does not know the script of the document, or a decoder that of the summary."""
    unknown = model.tokenizer.unk_token_id
    sample = " ".join(given.document.segments)[:5000]
    written = (
        encode_target(model, given.summary.text)
        if "cross" in model.stacks
        else encode(model, given.summary.text, special=False)
    )
    sides = {_("document"): encode(model, sample, special=False), _("summary"): written}
    for side, encoded in sides.items():
        share = unknown_share(encoded.pieces, unknown)
        if share >= UNKNOWN_FROM:
            raise Problem(
                _("“{name}” does not know {share:.0%} of the tokens of the {side}.").format(
                    name=model.name, share=share, side=side
                ),
                _(
                    "Give a text in a language that it reads and writes, or choose another model; nothing is drawn "
                    "from unknown pieces."
                ),
            )


def about_translator(name: str) -> str:
    """That a translator's summary is no summary of its own making; empty for other models."""
    entry = entry_of(name)
    if entry is None or entry.family not in TRANSLATE:
        return ""
    return _(
        "{name} is trained to translate, sentence by sentence: shown a summary, it looks for the sentence that would "
        "be translated so."
    ).format(name=escape(name))
