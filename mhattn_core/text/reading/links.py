"""Links from a file of their own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.pharaoh import AlignmentFile, check, read_alignments, seem_counted_from_1
from mhattn_core.text.reading.decode import decode, lines
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.records import PairRecord, Upload, bad_rows
from mhattn_core.text.reading.source import Source, load


def attach_links(
    upload: Upload,
    file: Source,
    *,
    base: Literal[0, 1] = 0,
    swap: bool = False,
    limits: Limits = Limits(),  # noqa: B008  frozen
) -> Upload:
    """The same pairs with links from a file of their own: by id where its lines begin with one, else line by row, bad
    rows included.

    Pairs whose links cannot be read, or lead outside the sentence, are left out and told with the line of the links.
    ``base`` and ``swap`` as in ``pharaoh.parse``. Raises Problem when there are no ids and another number of lines than
    of rows: from the line that is missing or too many, every link would be that of a neighbour.
    """
    name, content = load(file, limits)
    written = lines(decode(name, content)[0])
    read = read_alignments(written, base=base, swap=swap)
    by_id = _lines_by_id(name, read)
    by_row = {} if by_id else _lines_by_row(name, len(written), upload)
    pairs: list[PairRecord] = []
    bad: list[tuple[int, str]] = []
    for record in upload.pairs:
        line = by_id.get(record.id, 0) if by_id else by_row[record.line]
        try:
            if line not in read.alignments:
                raise Problem(read.bad.get(line) or _("“{name}” has no links for this pair.").format(name=name), "")
            check(read.alignments[line], len(record.pair.a.words), len(record.pair.b.words))
            pairs.append(replace(record, alignment=read.alignments[line]))
        except Problem as problem:
            bad.append((line or record.line, problem.happened))
    remarks = upload.remarks
    if base == 0 and seem_counted_from_1(read.alignments.values(), any_outside=bool(bad)):
        remarks = (*remarks, counted_from_1())
    return replace(upload, pairs=pairs, bad=pd.concat([upload.bad, bad_rows(bad)], ignore_index=True), remarks=remarks)


def counted_from_1() -> str:
    return _(
        "No link has the number 0, so the links may count words from 1. If they do, say so: base=1, on the command "
        "line --base 1."
    )


def _lines_by_id(name: str, read: AlignmentFile) -> Mapping[str, int]:
    line_of: dict[str, int] = {}
    for line, id_ in read.ids.items():
        if line_of.setdefault(id_, line) != line:
            raise Problem(
                _("“{name}” uses the id “{id}” twice.").format(name=name, id=id_),
                _("Give the links of each pair on one line."),
            )
    return line_of


def _lines_by_row(name: str, number: int, upload: Upload) -> Mapping[int, int]:
    if number != len(upload.lines):
        raise Problem(
            _("“{links}” ({left} lines) and “{name}” ({right} pairs) do not belong together line by line.").format(
                links=name, left=number, name=upload.name, right=len(upload.lines)
            ),
            _(
                "Give one line of links for each pair, an empty one where there are none, or begin each line with the "
                "pair's id and a tab."
            ),
        )
    return {line: number for number, line in enumerate(upload.lines, 1)}
