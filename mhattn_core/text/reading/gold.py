"""Pairs together with their gold links, wherever these stand."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.pharaoh import check, read_alignments
from mhattn_core.text.reading.decode import decode, lines
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.parallel import read_parallel
from mhattn_core.text.reading.records import PairRecord, Upload, bad_rows
from mhattn_core.text.reading.source import Source, load


def attach_links(upload: Upload, file: Source, *, base: Literal[0, 1] = 0, limits: Limits = Limits()) -> Upload:  # noqa: B008  frozen
    """The same pairs with links from a file of their own: by id where its lines begin with one, else row by row.

    Pairs whose links cannot be read, or lead outside the sentence, are left out and told with the line of the links.
    """
    name, content = load(file, limits)
    read = read_alignments(lines(decode(name, content)[0]), base=base)
    place_of_id = {id_: place for place, id_ in read.ids.items()}
    # A row that could not be read has its line of links all the same.
    rows = sorted([*(record.line for record in upload.pairs), *upload.bad["line"]])
    place_of_row = {line: place for place, line in enumerate(rows, 1)}
    pairs: list[PairRecord] = []
    bad: list[tuple[int, str]] = []
    for record in upload.pairs:
        place = place_of_id.get(record.id, -1) if place_of_id else place_of_row[record.line]
        alignment = read.alignments.get(place)
        try:
            if alignment is None:
                raise Problem(read.bad.get(place) or _("“{name}” has no links for this pair.").format(name=name), "")
            check(alignment, len(record.pair.a.words), len(record.pair.b.words))
            pairs.append(replace(record, alignment=alignment))
        except Problem as problem:
            bad.append((place if place > 0 else record.line, problem.happened))
    return replace(upload, pairs=pairs, bad=pd.concat([upload.bad, bad_rows(bad)], ignore_index=True))


def read_gold(files: Sequence[Path], links: Path | None = None, *, base: Literal[0, 1] = 0) -> Upload:
    """Pairs with gold links: one file of pairs (links in its column ``alignment``, or in ``links``), or two of sentences cut by spaces.

    Raises Problem for any other number of files, and as ``read_pairs`` and ``read_parallel``.
    """
    from mhattn_core.text.reading import read_pairs

    if len(files) == 2:
        return read_parallel(files[0], files[1], links, base=base)
    if len(files) == 1:
        upload = read_pairs(files[0], base=base)
        return upload if links is None else attach_links(upload, links, base=base)
    raise Problem(_("{number} files of sentences were given.").format(number=len(files)), _("Give one file of pairs, or two of sentences."))
