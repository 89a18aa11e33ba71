"""A document and its summary in text files of their own."""

from pathlib import Path

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading.decode import check_characters, decode, lines
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.records import PairRecord, Upload, bad_rows
from mhattn_core.text.reading.source import Source, load


def read_texts(document: Source, summary: Source | None, limits: Limits) -> Upload:
    """One record, named like the document's file; its line breaks are kept. Raises Problem when a file is no text, or
    too long.
    """
    name, content = load(document, limits)
    text, encoding = _text(name, content)
    limits.check_document(name, text)
    written = ""
    if summary is not None:
        summary_name, summary_content = load(summary, limits)
        written = " ".join(_text(summary_name, summary_content)[0].split())
        limits.check_document(summary_name, written)
    record = PairRecord(Path(name).stem, SentencePair(text.strip(), written), 1)
    return Upload(name, "text", [record], bad_rows([]), encoding=encoding)


def _text(name: str, content: bytes) -> tuple[str, str]:
    text, encoding = decode(name, content)
    for line, written in enumerate(lines(text), 1):
        try:
            check_characters(written)
        except Problem as problem:
            raise Problem(
                _("“{name}”, line {line}: {reason}").format(name=name, line=line, reason=problem.happened), ""
            ) from problem
    return text, encoding
