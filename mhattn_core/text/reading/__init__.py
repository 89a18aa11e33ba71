"""Reading a person's own pairs, in every format that people have them in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.reading.assemble import assemble
from mhattn_core.text.reading.columns import FIELDS, holds_summaries
from mhattn_core.text.reading.conllu import read_conllu
from mhattn_core.text.reading.dataset import is_dataset
from mhattn_core.text.reading.gold import read_gold
from mhattn_core.text.reading.limits import HOSTED, Limits
from mhattn_core.text.reading.links import attach_links
from mhattn_core.text.reading.moses import read_moses
from mhattn_core.text.reading.ods import read_ods
from mhattn_core.text.reading.packed import read_jsonl, read_parquet
from mhattn_core.text.reading.parallel import read_parallel
from mhattn_core.text.reading.po import read_po
from mhattn_core.text.reading.records import Columns, GoldWord, PairRecord, Upload
from mhattn_core.text.reading.samples import samples
from mhattn_core.text.reading.separated import read_csv, read_tsv, read_txt
from mhattn_core.text.reading.sheet import read_xlsx
from mhattn_core.text.reading.source import Source, load, unpacked_name, way_out
from mhattn_core.text.reading.summarised import read_texts
from mhattn_core.text.reading.tmx import read_tmx
from mhattn_core.text.reading.xliff import read_xliff

__all__ = [
    "FIELDS",
    "FORMATS",
    "HOSTED",
    "Columns",
    "GoldWord",
    "Limits",
    "PairRecord",
    "Upload",
    "attach_links",
    "is_dataset",
    "read_gold",
    "read_pairs",
    "read_parallel",
    "read_summarised",
    "samples",
]

TEXT = {".csv": read_csv, ".tsv": read_tsv, ".txt": read_txt, ".jsonl": read_jsonl, ".json": read_jsonl}
SAMPLE = 1000
"""Rows of a data set of the Hub."""
WITHIN_LIMITS = {
    ".parquet": read_parquet,
    ".tmx": read_tmx,
    ".xliff": read_xliff,
    ".xlf": read_xliff,
    ".po": read_po,
}
WORKBOOKS = {".xlsx": read_xlsx, ".ods": read_ods}
RECORDS = {".conllu": read_conllu, ".zip": read_moses}
FORMATS = (*TEXT, *WORKBOOKS, *WITHIN_LIMITS, *RECORDS)


def read_pairs(
    source: Source,
    *,
    columns: Mapping[str, str] | None = None,
    header: bool | None = None,
    sheet: str | None = None,
    base: Literal[0, 1] = 0,
    sample: int = SAMPLE,
    limits: Limits = Limits(),  # noqa: B008  frozen
) -> Upload:
    """Read a file of pairs, told by its name: one of ``FORMATS``, or a text format packed with gzip (``.csv.gz``); or a
    sample of a data set of the Hub, ``hf://datasets/ID[@REVISION]/CONFIG/SPLIT``, of so many rows.

    ``columns`` says for fields (FIELDS) which column they stand in, by name or place (``#2``), or nowhere (an empty
    name), where the file's own names do not tell; ``header`` whether the first row holds names, where this does not
    show; ``sheet`` which sheet of a workbook is read. ``base`` is the number of the first word in links. What was not
    plain is in ``remarks``. Rows that cannot be read are in ``bad`` with their line and reason, and the others go on;
    if no column of sources is known, there are no pairs and ``columns.used`` says so.
    Raises Problem when the file cannot be read as a whole, ValueError at an unknown field.
    """
    if is_dataset(source):
        from mhattn_core.text.reading.hub_sample import sample as sample_of  # the Hub's library is not always needed

        source = sample_of(str(source), sample, limits)
    name = source[0] if isinstance(source, tuple) else Path(source).name
    suffix = Path(unpacked_name(name)).suffix.lower()
    if suffix not in FORMATS:
        raise way_out(unpacked_name(name), FORMATS)
    name, content = load(source, limits)
    if suffix in RECORDS:
        return RECORDS[suffix](name, content, limits)
    if suffix in WORKBOOKS:
        table = WORKBOOKS[suffix](name, content, limits, sheet)
    elif suffix in WITHIN_LIMITS:
        table = WITHIN_LIMITS[suffix](name, content, limits)
    else:
        table = TEXT[suffix](name, content)
    return assemble(name, table, columns, limits, header=header, base=base)


def read_summarised(source: Source, summary: Source | None = None, *, limits: Limits = Limits()) -> Upload:  # noqa: B008  frozen
    """Read documents with summaries: a table with columns ``document`` and ``summary``, or one text and, in a file of
    its own, its summary.

    The pairs' first texts are the documents, whose empty lines are kept, the second the summaries, empty where there is
    none.
    Raises Problem when a file cannot be read, or its table has no such columns.
    """
    name, content = load(source, limits)
    if summary is not None or Path(name).suffix.lower() == ".txt":
        return read_texts((name, content), summary, limits)
    upload = read_pairs((name, content), limits=limits)
    if "source" not in upload.columns.used or not holds_summaries(upload.columns.used):
        raise Problem(
            _("“{name}” has no columns “document” and “summary”.").format(name=name),
            _("Name them so in the first row, or give the document and the summary as two text files."),
        )
    return upload
