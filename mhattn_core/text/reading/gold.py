"""Pairs together with their gold links, wherever these stand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.reading.links import attach_links
from mhattn_core.text.reading.parallel import read_parallel
from mhattn_core.text.reading.records import Upload


def read_gold(files: Sequence[Path], links: Path | None = None, *, base: Literal[0, 1] = 0, **reading: Any) -> Upload:
    """Pairs with gold links: one file of pairs (links in its column ``alignment``, or in ``links``), or two of
    sentences cut by spaces.

    ``reading`` says how one file of pairs is read (``header``, ``sheet`` …), as in ``read_pairs``.
    Raises Problem for any other number of files, and as ``read_pairs`` and ``read_parallel``.
    """
    from mhattn_core.text.reading import read_pairs

    if len(files) == 2:
        return read_parallel(files[0], files[1], links, base=base)
    if len(files) == 1:
        upload = read_pairs(files[0], base=base, **reading)
        return upload if links is None else attach_links(upload, links, base=base)
    raise Problem(
        _("{number} files of sentences were given.").format(number=len(files)),
        _("Give one file of pairs, or two of sentences."),
    )
