"""A sample of a data set of the Hub, without reading all of it: some row groups of the Hub's own Parquet files."""

import io
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from httpx2 import HTTPError
from huggingface_hub import DatasetInfo
from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError, RevisionNotFoundError

from mhattn_core.errors import Problem
from mhattn_core.hosted import hosted
from mhattn_core.locale import _, listed
from mhattn_core.text.reading.class_names import class_names
from mhattn_core.text.reading.dataset import Dataset, Origin, named
from mhattn_core.text.reading.hub_files import hub_api, hub_file_system
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.packed import flat_row

CONVERTED = "refs/convert/parquet"
"""The branch into which the Hub itself converts data sets."""
GROUPS = 32
"""Row groups that a sample is spread over, where there are so many."""
AT_ONCE = 8


@dataclass(frozen=True)
class Group:
    """A row group: its file, its number there, which rows of the split it holds, and their bytes unpacked."""

    file: str
    number: int
    start: int
    rows: int
    size: int

    @property
    def hash(self) -> bytes:
        return blake2b(f"{self.file}:{self.number}".encode(), digest_size=8).digest()


def sample(address: str | Path, number: int, limits: Limits) -> tuple[str, bytes]:
    """So many rows of a split, as a Parquet file with its name; it says where it comes from.

    Row groups are taken in the order of a hash of their names, ``GROUPS`` of them or as many as hold ``number`` rows, and
    of all their rows those with the smallest hashes of their numbers: the same rows for everybody. Only these groups and
    the footers of the files are read. Classes are named, and what stands by language becomes columns.
    Raises Problem when the data set cannot be reached, is not there, or is too large.
    """
    dataset = named(address)
    if hosted():
        raise Problem(
            _("This copy is shared and reads no data sets of the Hub."),
            _("Bring a file with the pairs, or run your own copy."),
        )
    try:
        info, files = _found(dataset)
        licence = _licence(dataset)
        pinned = replace(dataset, revision=info.sha)
        return _sampled(pinned, [f"datasets/{dataset.id}@{info.sha}/{file}" for file in files], number, licence, limits)
    except (GatedRepoError, RepositoryNotFoundError, HFValidationError) as error:
        raise Problem(
            _("There is no dataset “{name}” on the Hub, or it is private.").format(name=dataset.id),
            _("Check the name; a private dataset needs a token in HF_TOKEN."),
        ) from error
    except RevisionNotFoundError as error:
        raise Problem(
            _("The data set “{name}” has no revision “{revision}”.").format(name=dataset.id, revision=dataset.revision),
            _("Leave out what stands behind @, or name a commit."),
        ) from error
    except (HTTPError, OSError, pa.ArrowException) as error:
        # What the library says may name addresses and headers: nobody needs them.
        raise Problem(
            _("The dataset “{name}” could not be downloaded: {reason}").format(
                name=dataset.id, reason=type(error).__name__
            ),
            _("Try again, or set HF_ENDPOINT to a mirror of the Hub."),
        ) from error


def _found(dataset: Dataset) -> tuple[DatasetInfo, list[str]]:
    """The repository at a commit, and the files of the split: of the Hub's conversion, else as its authors stored
    them.
    """
    api = hub_api()
    tried = [dataset.revision] if dataset.revision else [CONVERTED, None]
    known: dict[str, None] = {}
    for revision in tried:
        try:
            info = api.dataset_info(dataset.id, revision=revision)
        except RevisionNotFoundError:
            if revision != CONVERTED or dataset.revision:
                raise
            continue
        names = [file.rfilename for file in info.siblings or ()]
        config, split = map(re.escape, (dataset.config, dataset.split))
        folder = f"(?:{config}|data)" if dataset.config == "default" else config
        of_split = re.compile(rf"{config}/(?:partial-)?{split}/[^/]+\.parquet|{folder}/{split}-[^/]+\.parquet")
        if files := sorted(name for name in names if of_split.fullmatch(name)):
            return info, files
        known |= {"/".join(name.split("/")[:2]): None for name in names if name.endswith(".parquet") and "/" in name}
    raise Problem(
        _("The data set “{name}” has no split “{split}” of “{config}” as Parquet.").format(
            name=dataset.id, split=dataset.split, config=dataset.config
        ),
        _("There are: {names}.").format(names=listed(list(known)[:20])) if known else _("Check the name."),
    )


def _licence(dataset: Dataset) -> str:
    """As the data set's card declares it; it stands on the main branch."""
    tags = hub_api().dataset_info(dataset.id).tags or []
    return listed(tag.removeprefix("license:") for tag in tags if tag.startswith("license:"))


def _sampled(dataset: Dataset, files: Sequence[str], number: int, licence: str, limits: Limits) -> tuple[str, bytes]:
    system = hub_file_system()

    def opened(file: str) -> pq.ParquetFile:
        # Each part is asked for by itself: reading ahead would bring rows that nobody wants.
        return pq.ParquetFile(system.open(file, block_size=2**16, cache_type="none"), pre_buffer=True)

    system.ls(files[0].rpartition("/")[0], detail=True)  # their sizes, asked for once
    with ThreadPoolExecutor(AT_ONCE) as threads:
        parquet = dict(zip(files, threads.map(opened, files), strict=True))
        schema = parquet[files[0]].schema_arrow
        columns = [field.name for field in schema if not _is_binary(field.type)]
        groups = _groups(parquet, columns)
        chosen, rows = _chosen(groups, number, limits)
        by_file = [[group for group in chosen if group.file == file] for file in files]  # a file is no two threads' own
        tables = list(
            threads.map(lambda some: [_rows(parquet[group.file], group, columns, rows) for group in some], by_file)
        )
    flat = [flat_row(row) for some in tables for table in some for row in table.to_pylist()]
    names = dict.fromkeys(name for row in flat for name in row)
    known = class_names(schema.metadata)
    columns_of_rows = {name: [row.get(name) for row in flat] for name in names}
    for name in columns_of_rows.keys() & known.keys():
        columns_of_rows[name] = [known[name].get(value, value) for value in columns_of_rows[name]]
    if "id" not in names:
        columns_of_rows = {"id": [str(row + 1) for row in rows], **columns_of_rows}
    total = sum(group.rows for group in groups)
    origin = Origin(
        str(dataset),
        licence,
        total,
        tuple(int(row) + 1 for row in rows),
        len(chosen),
        len(groups),
        "/partial-" in files[0],
    )
    content = io.BytesIO()
    pq.write_table(pa.table(columns_of_rows).replace_schema_metadata(origin.metadata()), content)
    return f"{dataset.id.replace('/', '-')}-{dataset.config}-{dataset.split}.parquet", content.getvalue()


def _groups(files: dict[str, pq.ParquetFile], columns: Sequence[str]) -> list[Group]:
    groups: list[Group] = []
    start = 0
    for name, file in files.items():
        for number in range(file.num_row_groups):
            about = file.metadata.row_group(number)
            parts = (about.column(place) for place in range(about.num_columns))
            size = sum(part.total_uncompressed_size for part in parts if part.path_in_schema.split(".")[0] in columns)
            groups.append(Group(name, number, start, about.num_rows, size))
            start += about.num_rows
    return groups


def _chosen(groups: Sequence[Group], number: int, limits: Limits) -> tuple[list[Group], np.ndarray]:
    """The groups to read, and the numbers of the rows to keep, both in the order of the split."""
    taken: list[Group] = []
    rows = size = 0
    for group in sorted(groups, key=lambda group: group.hash):
        enough = rows >= number
        if enough and (len(taken) >= GROUPS or size + group.size > limits.expanded):
            break
        taken.append(group)
        rows, size = rows + group.rows, size + group.size
        limits.check_expanded(group.file.rpartition("/")[2], size)
    numbers = np.concatenate([np.arange(group.start, group.start + group.rows) for group in taken] or [np.arange(0)])
    kept = np.sort(numbers[np.argsort(_mixed(numbers), kind="stable")[:number]])
    taken = [group for group in taken if ((kept >= group.start) & (kept < group.start + group.rows)).any()]
    return sorted(taken, key=lambda group: group.start), kept


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """A hash of each number: the finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    mixed = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _rows(file: pq.ParquetFile, group: Group, columns: Sequence[str], kept: np.ndarray) -> pa.Table:
    here = kept[(kept >= group.start) & (kept < group.start + group.rows)] - group.start
    return file.read_row_group(group.number, columns=list(columns)).take(here)


def _is_binary(kind: pa.DataType) -> bool:
    """Whether it holds pictures or sounds."""
    inside: Any = (
        [kind.value_type]
        if pa.types.is_list(kind)
        else [field.type for field in kind]
        if pa.types.is_struct(kind)
        else []
    )
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or any(map(_is_binary, inside))
