"""A run that somebody shared on the Hub: its tables, taken only as what they should be."""

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from httpx2 import HTTPError
from huggingface_hub import DatasetInfo, HfApi, hf_hub_download
from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError, RevisionNotFoundError

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.heads import COLUMNS
from mhattn_core.models.cache import cache_folder
from mhattn_core.models.memory import readable
from mhattn_core.runs.manifest import FILE, Manifest
from mhattn_core.runs.run import ABOUT
from mhattn_core.runs.store import About
from mhattn_core.text.reading.limits import limits

SCHEME = "hf://"
ADDRESS = re.compile(
    r"(?:hf://?datasets/|datasets/)?(?P<id>(?!datasets/)[\w][\w.-]*/[\w][\w.-]*)(?:@(?P<revision>[\w][\w./-]*))?/?"
)
WEB = re.compile(r"https?://[^/]+/datasets/(?P<rest>[^?#]+?)(?:/tree/(?P<revision>[^/?#]+))?/?(?:[?#].*)?")
TABLE = re.compile(r"[a-z][a-z_]{0,40}\.parquet")
NEEDED = (FILE, "heads.parquet", "pairs.parquet", "skipped.parquet")
NOT_TABLES = (FILE, ABOUT)
MODEL = re.compile(r"(?![./~])(?!.*\.\.)[\w][\w.+@{}/:,-]{0,200}")
STACKS = {"encoder", "decoder", "cross"}
MOST_LAYERS, MOST_FILES, MOST_JSON, MOST_LETTERS = 1000, 60, 1_000_000, 300
PLACES = re.compile(r"(layer|head)(_[ab])?")
PLAIN: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_boolean,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_null,
)


def bring(address: str) -> Path:
    """The folder of a run that is on the Hub as a dataset, ``hf://datasets/USER/NAME``, or with ``@REVISION`` behind.

    Nothing but its manifest, what it is called and its tables is downloaded, within the limits of a file that is
    uploaded (smaller on a shared copy). ``HF_ENDPOINT`` names a mirror, ``HF_TOKEN`` opens private datasets.
    Raises Problem when there is none, it cannot be reached, is too large, or is not a run.
    """
    repository, revision = _named(address)
    endpoint, token = os.environ.get("HF_ENDPOINT") or None, os.environ.get("HF_TOKEN") or None
    try:
        info = HfApi(endpoint=endpoint, token=token).dataset_info(repository, revision=revision, files_metadata=True)
        files = _wanted(address, info)
        folder = cache_folder() / "shared" / f"{repository.replace('/', '--')}@{info.sha}"
        if not (folder / FILE).exists():
            of_repository: dict[str, Any] = {"repo_type": "dataset", "revision": info.sha, "endpoint": endpoint}
            paths = {name: Path(hf_hub_download(repository, name, token=token, **of_repository)) for name in files}
            check(address, paths)
            _copy(paths, folder)
        return folder
    except (GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError, HFValidationError) as error:
        raise Problem(
            _("There is no dataset “{name}” on the Hub, or it is private.").format(name=repository),
            _("Check the name; a private dataset needs a token in HF_TOKEN."),
        ) from error
    except (HTTPError, OSError) as error:
        # What the library says may name addresses and headers: nobody needs them.
        raise Problem(
            _("The dataset “{name}” could not be downloaded: {reason}").format(
                name=repository, reason=type(error).__name__
            ),
            _("Try again, or set HF_ENDPOINT to a mirror of the Hub."),
        ) from error


def _named(address: str) -> tuple[str, str | None]:
    if web := WEB.fullmatch(address.strip()):
        address = web["rest"] + (f"@{web['revision']}" if web["revision"] else "")
    named = ADDRESS.fullmatch(address.strip())
    if not named or ".." in address:
        raise Problem(
            _("“{name}” is not the address of a dataset.").format(name=address[:100]),
            _("Write it like this: {example}").format(example="hf://datasets/USER/NAME"),
        )
    return named["id"], named["revision"]


def _wanted(address: str, info: DatasetInfo) -> list[str]:
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    files = [name for name in sizes if name in NOT_TABLES or TABLE.fullmatch(name)]
    if missing := [name for name in NEEDED if name not in files]:
        raise _no_run(address, _("it has no {file}").format(file=missing[0]))
    most = limits().bytes
    if len(files) > MOST_FILES or sum(sizes[name] for name in files) > most:
        raise Problem(
            _("The run “{name}” is larger than {size}.").format(name=address, size=readable(most)),
            _("Open it with your own copy, or ask for one with fewer models."),
        )
    if any(sizes[name] > MOST_JSON for name in files if name in NOT_TABLES):
        raise _no_run(address, _("its manifest is too long"))
    return files


def check(address: str, files: Mapping[str, Path]) -> None:
    """Raise Problem unless files, by their names, are those of a finished run: plain tables of what they should hold,
    whose models are named as the Hub and the catalogue name them.
    """
    try:
        manifest = Manifest.read(files[FILE].parent)
        about = json.loads(files[ABOUT].read_bytes()) if ABOUT in files else {}
    except (Problem, OSError, ValueError, RecursionError) as error:
        raise _no_run(address, _("its manifest cannot be read")) from error
    if manifest is None or manifest.finished is not True or not _is_plain_manifest(manifest, about):
        raise _no_run(address, _("its manifest is not that of a finished run"))
    models = [name for name, _revision in manifest.models]
    if odd := [name for name in models if not MODEL.fullmatch(name)]:
        raise _no_run(address, _("it names a model “{name}”").format(name=odd[0][:60]))
    expanded = 0
    for name, path in files.items():
        if name in NOT_TABLES:
            continue
        try:
            expanded += _table(path, models, COLUMNS if name == "heads.parquet" else ())
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
            raise _no_run(address, _("“{file}” is no such table").format(file=name)) from error
        if expanded > limits().expanded:
            raise _no_run(
                address, _("its tables take more than {size} unpacked").format(size=readable(limits().expanded))
            )


def _is_plain_manifest(manifest: Manifest, about: Any) -> bool:
    """Whether every entry of both is what it should be, and the run can be listed."""
    names = [one for model in manifest.models for one in model]
    texts = [
        *names,
        *manifest.measures,
        manifest.version,
        manifest.corpus,
        manifest.resources,
        manifest.dataset,
        manifest.licence,
        manifest.columns,
    ]
    listed = isinstance(about, dict) and {*about} <= {one.name for one in fields(About)}
    return (
        listed
        and bool(manifest.models)
        and all(isinstance(one, str) and len(one) <= MOST_LETTERS for one in texts)
        and all(type(number) is int and number >= 0 for number in (manifest.pairs, manifest.sampled))
        and all(
            isinstance(value, list | int) if name in ("models", "measures", "pairs") else isinstance(value, str)
            for name, value in about.items()
        )
    )


def _table(path: Path, models: list[str], columns: tuple[str, ...]) -> int:
    """How many bytes a table takes unpacked. Raises ValueError for one that is none of ours."""
    file = pq.ParquetFile(path)
    schema = file.schema_arrow
    if not all(_is_plain(column.type) for column in schema) or not set(columns) <= set(schema.names):
        raise ValueError(schema.names)
    size = sum(file.metadata.row_group(group).total_byte_size for group in range(file.num_row_groups))
    if size > limits().expanded:
        return size
    here = [name for name in schema.names if PLACES.fullmatch(name) or name in ("model", "model_a", "model_b", "stack")]
    table = file.read(columns=here).to_pandas()
    for name in here:
        values = table[name].dropna()
        if PLACES.fullmatch(name):
            if len(values) and not (
                pd.api.types.is_numeric_dtype(values) and 0 <= values.min() <= values.max() < MOST_LAYERS
            ):
                raise ValueError(name)
        elif not set(values) <= (STACKS if name == "stack" else {*models}):
            raise ValueError(name)
    return size


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _is_plain(kind.value_type)
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    return any(test(kind) for test in PLAIN)


def _copy(paths: Mapping[str, Path], folder: Path) -> None:
    """The manifest last: it says that all is there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(paths, key=lambda name: name == FILE):
        shutil.copyfile(paths[name], folder / name)


def _no_run(address: str, why: str) -> Problem:
    return Problem(
        _("“{name}” is no run of mhattn: {why}.").format(name=address[:100], why=why),
        _("Ask who shared it to share it again with mhattn share."),
    )
