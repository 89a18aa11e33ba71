"""A corpus larger than memory: files of Parquet or JSONL, cut into shards that are read where they are measured."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.fs as files
import pyarrow.parquet as pq

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.reading.packed import damaged

ROWS = 2048
"""Of a Parquet file in a shard, at the most."""
BYTES = 2**19
"""Of a JSONL file in a shard."""
SAMPLED = 2**16
"""Bytes of a JSONL file that tell how long its lines are."""
PARQUET, JSONL = ".parquet", ".jsonl"
WILD = "*?["


@dataclass(frozen=True)
class Shard:
    """Rows of a file. group: of a Parquet file, whose rows ``start`` to ``stop`` are counted within it, the file's
    ``before`` rows standing above it; -1 of a JSONL file, where they are bytes, and the lines that begin there are
    meant. rows: how many, of JSONL about how many.
    """

    number: int
    file: str
    group: int
    start: int
    stop: int
    rows: int
    before: int = 0

    @property
    def name(self) -> str:
        """What people are told of it."""
        return f"{Path(self.file).name} {self.start:,} – {self.stop:,}"


@dataclass(frozen=True)
class ShardedPairs:
    """address: a folder, a glob, or either with ``s3://``, ``gs://`` or ``hf://`` in front."""

    address: str

    @cached_property
    def shards(self) -> tuple[Shard, ...]:
        """Raises Problem when no file is there, or one is damaged."""
        found: list[Shard] = []
        for name, size in self.found:
            cuts = _ofparquet_file(name) if name.endswith(PARQUET) else _of_lines(name, size)
            found += [replace(shard, number=len(found) + place) for place, shard in enumerate(cuts)]
        if not found:
            raise Problem(
                _("There are no pairs in “{address}”.").format(address=self.address),
                _("Name a folder or a pattern of files: .parquet or .jsonl."),
            )
        return tuple(found)

    @cached_property
    def found(self) -> list[tuple[str, int]]:
        """Addresses and sizes of the files, in order."""
        try:
            system, path = file_system(self.address)
            return _listed(system, path, self.address)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise Problem(
                _("“{address}” cannot be read: {reason}").format(
                    address=self.address, reason=str(error).splitlines()[0] if str(error) else type(error).__name__
                ),
                _("Check the address, and that every machine of the cluster may read it."),
            ) from error

    @property
    def rows(self) -> int:
        """Of JSONL files about how many."""
        return sum(shard.rows for shard in self.shards)

    @property
    def digest(self) -> str:
        """A hash of what names the shards: files by their names, sizes and rows, not their content."""
        told = (
            [(Path(name).name, size) for name, size in self.found],
            [(shard.group, shard.start, shard.stop) for shard in self.shards],
        )
        return blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()

    def table(self) -> pd.DataFrame:
        """``shards.parquet``: what the numbers of shards stand for."""
        return pd.DataFrame(self.shards)


def is_sharded(pairs: object) -> bool:
    """Whether pairs are named that are read shard by shard: a folder, a pattern, or an address with a scheme."""
    if not isinstance(pairs, str | Path):
        return False
    text = str(pairs)
    return "://" in text or ":/" in text[2:] or any(mark in text for mark in WILD) or Path(text).is_dir()


def address_of(path: str | Path) -> str:
    """As ``file_system`` takes it; a Path makes one slash of two."""
    text = str(path)
    scheme, slash, rest = text.partition(":/")
    return f"{scheme}://{rest.lstrip('/')}" if slash and len(scheme) > 1 else text


def file_system(address: str) -> tuple[files.FileSystem, str]:
    """Where an address points: pyarrow's own file systems, and the Hub's. Raises OSError or ValueError."""
    if address.startswith("hf://"):
        from mhattn_core.text.reading.hub_files import hub_file_system

        return files.PyFileSystem(files.FSSpecHandler(hub_file_system())), address.removeprefix("hf://")
    if "://" in address:
        system, path = files.FileSystem.from_uri(address)
        return system, path
    return files.LocalFileSystem(), str(Path(address).expanduser().absolute())


def _listed(system: files.FileSystem, path: str, address: str) -> list[tuple[str, int]]:
    wild = any(mark in path for mark in WILD)
    root = path
    while any(mark in root for mark in WILD):
        root = root.rpartition("/")[0]
    scheme = address.partition("://")[0] + "://" if "://" in address else ""
    if not wild and system.get_file_info(root).is_file:
        return [(scheme + root, system.get_file_info(root).size)]
    found = system.get_file_info(files.FileSelector(root, recursive=True))
    return sorted(
        (scheme + info.path, info.size)
        for info in found
        if info.is_file
        and info.path.endswith((PARQUET, JSONL))
        and not info.base_name.startswith((".", "_"))
        and (not wild or fnmatch(info.path, path))
    )


def _ofparquet_file(name: str) -> Iterator[Shard]:
    with opened(name) as file:
        meta = parquet_file(name, file).metadata
    before = 0
    for group in range(meta.num_row_groups):
        rows = meta.row_group(group).num_rows
        for start in range(0, rows, ROWS):
            stop = min(start + ROWS, rows)
            yield Shard(0, name, group, start, stop, stop - start, before)
        before += rows


def _of_lines(name: str, size: int) -> Iterator[Shard]:
    with opened(name) as file:
        first = file.read(SAMPLED)
    a_byte = first.count(b"\n") / len(first) if first else 0.0
    for start in range(0, size, BYTES):
        stop = min(start + BYTES, size)
        yield Shard(0, name, -1, start, stop, max(1, round((stop - start) * a_byte)))


def opened(name: str) -> Any:
    system, path = file_system(name)
    return system.open_input_file(path)


def parquet_file(name: str, file: Any) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(file)
    except pa.ArrowException as error:
        raise damaged(Path(name).name, "Parquet") from error
