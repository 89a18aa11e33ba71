"""Two files whose lines are translations of one another, packed together: ``Books.de-en.de`` and ``Books.de-en.en``."""

import io
import zipfile
from dataclasses import replace
from pathlib import PurePath

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.packed import damaged
from mhattn_core.text.reading.parallel import read_parallel
from mhattn_core.text.reading.records import Upload
from mhattn_core.text.reading.sheet import DAMAGED
from mhattn_core.text.reading.wordings import language_of


def read_moses(name: str, content: bytes, limits: Limits) -> Upload:
    """The pairs of a .zip that holds just two files of one name that end in their languages, whatever else it holds; or
    ``source`` and ``target``, see ``as_one``.

    The first is the one whose language comes first in their name (``de-en``), else in the archive. Raises Problem when
    there are no two.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
            chosen = _of_two_languages(list(sizes))
            limits.check_expanded(name, sum(map(sizes.__getitem__, chosen)))
            sides = [(PurePath(file).name, archive.read(file)) for file in chosen]
    except DAMAGED as error:
        raise damaged(name, "ZIP") from error
    if len(sides) != 2:
        raise Problem(
            _("“{name}” does not hold two files of one name that end in their languages.").format(name=name),
            _("Pack two files such as x.en and x.de, whose lines are translations of one another; or unpack it."),
        )
    return replace(read_parallel(*sides, given_cut=False, limits=limits), name=name, format="moses")


def pack(files: dict[str, bytes]) -> bytes:
    """What ``read_moses`` reads, of files by their names."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def as_one(first: tuple[str, bytes], second: tuple[str, bytes]) -> tuple[str, bytes]:
    """Two files of sentences, name and content, whatever they are called, as one that ``read_moses`` reads in this
    order.
    """
    sides = zip(("source", "target"), (first, second), strict=True)
    packed = {f"{side}.gz" if name.lower().endswith(".gz") else side: content for side, (name, content) in sides}
    return f"{first[0]} + {second[0]}.zip", pack(packed)


def _of_two_languages(names: list[str]) -> list[str]:
    if len(sides := [name for side in ("source", "target") for name in names if name in (side, f"{side}.gz")]) == 2:
        return sides
    by_stem: dict[str, list[str]] = {}
    for name in names:
        stem, _dot, language = name.rpartition(".")
        if stem and language_of(language):
            by_stem.setdefault(stem, []).append(name)
    found = [(stem, files) for stem, files in by_stem.items() if len(files) == 2]
    if len(found) != 1:
        return []
    stem, (first, second) = found[0]
    turned = "-".join(file.rpartition(".")[2] for file in (second, first))
    return [second, first] if stem.endswith(turned) else [first, second]
