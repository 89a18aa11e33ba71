"""A published table beside what is found here."""

from pathlib import Path

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.reproduce.measured import MEASURES
from mhattn_core.reproduce.table import Needs, PublishedTable
from mhattn_core.text.reading import PairRecord, read_gold

COLUMNS = ("name", "published", "read", "found", "difference")


def reproduced(table: PublishedTable, model: Model, data: Path | None = None) -> pd.DataFrame:
    """A row for each published number: ``COLUMNS``; found and difference are NaN for what this model or these data do
    not have, such as a head beyond its last.

    data: the file that the table needs, see ``PublishedTable.needs``. Raises Problem where it is missing, or holds
    nothing of that kind, and where the model cannot be asked.
    """
    found = MEASURES[table.measure](model, read_data(table, data))
    rows = [(one.name, one.value, one.read, found.get(one.name, float("nan"))) for one in table.numbers]
    compared = pd.DataFrame(rows, columns=COLUMNS[:4])
    return compared.assign(difference=compared["found"] - compared["published"])


def read_data(table: PublishedTable, data: Path | None) -> list[PairRecord]:
    """The pairs that a table is measured on; none where it needs none. Raises Problem where they are missing."""
    if not table.needs:
        return []
    if data is None:
        raise Problem(
            _("“{name}” is measured on data that do not come with this program: {needs}.").format(
                name=table.name, needs=wanted(table.needs)
            ),
            _("Give the file with --data FILE."),
        )
    records = read_gold([data]).pairs
    if not any(_holds(record, table.needs) for record in records):
        raise Problem(
            _("{file} holds nothing of the kind that is needed: {needs}.").format(
                file=data.name, needs=wanted(table.needs)
            ),
            _("Give another file with --data FILE."),
        )
    return records


def wanted(needs: Needs) -> str:
    """The kind of data, in words."""
    return {
        "": _("no data"),
        "texts": _("texts of any kind, one a row"),
        "trees": _("sentences with gold trees of Universal Dependencies (.conllu)"),
        "links": _("sentence pairs with gold word alignments, the column “alignment”"),
        "labels": _("texts with the class of each, the column “label”"),
    }[needs]


def _holds(record: PairRecord, needs: Needs) -> bool:
    if needs == "trees":
        return bool(record.tree)
    if needs == "links":
        return record.alignment is not None
    return bool(record.label) if needs == "labels" else bool(record.pair.a)
