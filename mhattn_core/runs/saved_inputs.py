"""The pairs that a run was started with, kept beside it until it is whole, so that it can go on when nobody has them
any more.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mhattn_core.runs.files import written
from mhattn_core.text.feeding import Feeding
from mhattn_core.text.marks import Mark
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.pharaoh import parse
from mhattn_core.text.reading import GoldWord, PairRecord, Upload
from mhattn_core.text.reading.dataset import Origin
from mhattn_core.text.reading.records import Columns, bad_rows

FILE = ".given.jsonl"


def write_given(folder: Path, upload: Upload) -> None:
    """One line for the file and its bad rows, then one a pair. Raises Problem when the folder cannot be written."""
    with written(folder / FILE) as beside, beside.open("w", encoding="utf-8") as file:
        about = {"name": upload.name, "format": upload.format, "bad": upload.bad.values.tolist()}
        about |= {"origin": asdict(upload.origin), "columns": dict(upload.columns.used)} if upload.origin else {}
        for line in (about, *map(_told, upload.pairs)):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def read_given(folder: Path) -> Upload | None:
    """What ``write_given`` wrote, equal in everything that a run depends on; None when it is not there."""
    try:
        lines = (folder / FILE).read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return None
    about = json.loads(lines[0])
    pairs = [_record(json.loads(line)) for line in lines[1:] if line]
    origin = about.get("origin")
    return Upload(
        about["name"],
        about["format"],
        pairs,
        bad_rows(tuple(row) for row in about["bad"]),
        columns=Columns(used=about.get("columns", {})),
        origin=Origin(**origin | {"numbers": tuple(origin["numbers"])}) if origin else None,
    )


def forget_given(folder: Path) -> None:
    (folder / FILE).unlink(missing_ok=True)


def _told(record: PairRecord) -> dict[str, Any]:
    return asdict(record) | {"alignment": None if record.alignment is None else str(record.alignment)}


def _record(told: dict[str, Any]) -> PairRecord:
    pair: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in told.pop("pair").items()
    }
    pair["marks"] = tuple(Mark(*mark) for mark in pair.get("marks", ()))
    pair["feeding"] = Feeding(**pair.get("feeding", {}))
    links, tree = told.pop("alignment"), tuple(GoldWord(**word) for word in told.pop("tree"))
    return PairRecord(**told, pair=SentencePair(**pair), alignment=None if links is None else parse(links), tree=tree)
