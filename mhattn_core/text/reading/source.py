"""The bytes of a file, if it can be what its name says."""

import gzip
import io
import zlib
from collections.abc import Sequence
from pathlib import Path

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.reading.limits import Limits

Source = Path | str | tuple[str, bytes]
"""A file on disk, or the name and the bytes of an uploaded one."""

BEGINNINGS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"RIFF", "RIFF"),
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0", "Excel 97 / OLE"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x7fELF", "ELF"),
    (b"PAR1", "Parquet"),
    (b"PK\x03\x04", "ZIP"),
)
PACKED = (".bz2", ".xz", ".zst", ".7z", ".tar", ".tgz", ".rar")
WORKBOOKS = (".xls", ".xlsm", ".xlsb", ".fods", ".numbers", ".et")
EXPECTED = {".xlsx": "ZIP", ".ods": "ZIP", ".zip": "ZIP", ".parquet": "Parquet"}
GZIP = ".gz"


def empty(name: str) -> Problem:
    return Problem(
        _("“{name}” is empty.").format(name=name),
        _("Choose a file that holds sentences; there is a sample of each format."),
    )


def way_out(name: str, formats: Sequence[str]) -> Problem:
    """Why a file of another kind is not read here, and what makes one that is."""
    suffix = Path(name).suffix.lower()
    if suffix in PACKED:
        return Problem(
            _("“{name}” is a packed file.").format(name=name), _("Unpack it, and give the file that is inside.")
        )
    if suffix in WORKBOOKS:
        return Problem(
            _("“{name}” is a workbook of a kind that is not read here.").format(name=name),
            _("Open it in a spreadsheet and save it as .xlsx."),
        )
    return Problem(
        _("“{name}” is of a kind that is not read here.").format(name=name),
        _("Save it as one of: {formats}.").format(formats=" ".join(formats)),
    )


def load(source: Source, limits: Limits) -> tuple[str, bytes]:
    """The name and the bytes, of a file packed with gzip those of what is inside. Raises Problem when there is nothing,
    too much, or something else than the name says.
    """
    if isinstance(source, tuple):
        name, content = source
    else:
        path = Path(source)
        name = path.name
        try:
            limits.check_bytes(name, path.stat().st_size)
            content = path.read_bytes()
        except OSError as error:
            raise Problem(
                _("“{name}” cannot be read.").format(name=name), _("Check the name of the file and its folder.")
            ) from error
    limits.check_bytes(name, len(content))
    if name.lower().endswith(GZIP):
        name, content = unpacked_name(name), _unpacked(name, content, limits)
    if not content.strip():
        raise empty(name)
    expected = EXPECTED.get(Path(name).suffix.lower(), "")
    kind = next((kind for beginning, kind in BEGINNINGS if content.startswith(beginning)), "")
    if kind != expected:
        happened = (
            _("“{name}” is not what its name says: inside, it is {kind}.")
            if kind
            else _("“{name}” is not what its name says.")
        )
        raise Problem(
            happened.format(name=name, kind=kind),
            _("Open it in a spreadsheet or an editor and save it as CSV with the encoding UTF-8, or as .xlsx."),
        )
    return name, content


def unpacked_name(name: str) -> str:
    """The name of what a file packed with gzip holds; any other name as it is."""
    return name[: -len(GZIP)] if name.lower().endswith(GZIP) else name


def _unpacked(name: str, content: bytes, limits: Limits) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            unpacked = file.read(limits.expanded + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Problem(
            _("“{name}” is damaged, or is not packed with gzip.").format(name=name),
            _("Pack it again, or give the file that is inside."),
        ) from error
    limits.check_expanded(name, len(unpacked))
    return unpacked
