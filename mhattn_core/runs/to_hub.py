"""Sharing a run on the Hub, as a dataset that others open."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from httpx2 import HTTPError
from huggingface_hub import HfApi
from huggingface_hub.errors import HFValidationError

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.runs.files import write_json, write_table
from mhattn_core.runs.from_hub import SCHEME
from mhattn_core.runs.manifest import Manifest
from mhattn_core.runs.run import ABOUT, Run

REPOSITORY = re.compile(r"[\w][\w.-]*/[\w][\w.-]*")
SENTENCES = {"pairs": ("source", "target"), "segment_documents": ("prefix",), "generated": ("target",)}
"""Columns that hold sentences."""
NAMES = ("id", "document", "label")
"""Columns whose values may say what a text is or whose it is."""
WORDS = ("query", "key")
"""Parts of ``cards`` whose items are words of the texts."""
MODELS = ("model", "model_a", "model_b")
CARD = """---
{head}---
# {title}

Measurements of every attention head of {models} over {pairs} pairs, made with [mhattn](https://pypi.org/project/mhattn/)
{version} (run `{id}`): tables, no weights. {texts}

```python
import mhattn_core as mh

run = mh.Run.open("{address}")
run.findings()
```

| model | revision |
| --- | --- |
{rows}

Measures: {measures}. Data: {source}. `heads.parquet` has a row a head, measure and group with a 95 % interval; the other
tables are described on the page Methods of mhattn.
"""
WITH_TEXTS = "The sentences and the words of the texts go with them, and the ids, documents and labels of the pairs."
WITHOUT_TEXTS = (
    "No sentences and no words of the texts go with them; pairs, documents and labels are numbered. Names of groups, of "
    "the run and of its data are as they were given."
)


def share(run: Run, repository: str, *, sentences: bool = False, private: bool = False, licence: str = "") -> str:
    """Put a run's tables into the dataset ``USER/NAME`` of the Hub, which is made if need be, and return its address,
    as ``Run.open`` takes it.

    sentences: whether the texts that were measured go with it, their words on cards of heads, and the ids, documents
    and labels of pairs, which are numbered otherwise; names of groups, of the run and of its data always go. licence: of the data, as the Hub writes it (``cc-by-sa-4.0``). A model that is a folder
    here is named by the folder's last name. ``HF_TOKEN`` opens the way; it is never shown. Raises Problem when the Hub
    refuses or cannot be reached.
    """
    token = os.environ.get("HF_TOKEN") or None
    if not REPOSITORY.fullmatch(repository):
        raise Problem(
            _("“{name}” is not the name of a dataset.").format(name=repository),
            _("Write it like this: {example}").format(example="USER/NAME"),
        )
    api = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None, token=token)
    address = f"{SCHEME}datasets/{repository}"
    with TemporaryDirectory() as name:
        folder = Path(name)
        _copy(run, folder, sentences=sentences)
        (folder / "README.md").write_text(card(run, address, sentences=sentences, licence=licence), encoding="utf-8")
        try:
            api.create_repo(repository, repo_type="dataset", private=private, exist_ok=True)
            api.upload_folder(
                repo_id=repository, folder_path=folder, repo_type="dataset", commit_message=f"mhattn run {run.id}"
            )
        except (HTTPError, HFValidationError, OSError, ValueError) as error:
            status = getattr(getattr(error, "response", None), "status_code", None)
            raise Problem(
                _("The Hub did not take the run: {reason}").format(
                    reason=f"{type(error).__name__} {status or ''}".strip()
                ),
                _("Put a token that may write into HF_TOKEN, and check the name of the dataset.")
                if status in (401, 403) or not token
                else _("Try again, or set HF_ENDPOINT to a mirror of the Hub."),
            ) from error
    return address


def _copy(run: Run, folder: Path, *, sentences: bool) -> None:
    """The files that are shared."""
    names = shared_names(run.manifest)
    numbers: dict[str, dict[object, str]] = {name: {"": ""} for name in NAMES}
    # The pairs first: their order is that of the numbers.
    for path in sorted(run.folder.glob("*.parquet"), key=lambda path: (path.stem != "pairs", path.stem)):
        table = pd.read_parquet(path)
        if not sentences:
            table = _without_texts(path.stem, table, numbers)
        for column in MODELS:
            if column in table:
                table[column] = table[column].replace(names)
        if path.stem != "shards":  # which names files of this machine
            write_table(folder / path.name, table)
    models = tuple((names.get(name, name), revision) for name, revision in run.manifest.models)
    replace(run.manifest, models=models).write(folder)
    if (run.folder / ABOUT).exists():
        about = json.loads((run.folder / ABOUT).read_text(encoding="utf-8"))
        write_json(folder / ABOUT, about | {"models": [names.get(name, name) for name in about["models"]]})


def _without_texts(name: str, table: pd.DataFrame, numbers: dict[str, dict[object, str]]) -> pd.DataFrame:
    """A table without what its pairs say or are called.

    numbers: what each value of ``NAMES`` is called instead, the same in all tables; new ones are added.
    """
    table = table.drop(columns=[column for column in SENTENCES.get(name, ()) if column in table])
    if name == "card_sentences":
        table = table.iloc[:0]
    if name == "cards":
        table = table[~table["part"].isin(WORDS)]
        linked = table["part"] == "link"
        table.loc[linked, "item"] = _numbered(table.loc[linked, "item"], numbers["id"])
    if "reason" in table:  # which may quote what could not be read
        table = table.assign(reason=table["reason"].str.replace("“[^”]*”", "“…”", regex=True))
    return table.assign(**{column: _numbered(table[column], numbers[column]) for column in NAMES if column in table})


def _numbered(values: "pd.Series[str]", numbers: dict[object, str]) -> "pd.Series[str]":
    """Each different value as a number, counted from 1; empty and missing ones as they are."""
    for value in values.dropna().unique():
        numbers.setdefault(value, str(len(numbers)))
    return values.map(numbers).astype(values.dtype)


def shared_names(manifest: Manifest) -> dict[str, str]:
    """What models are called that are folders here, by their names, each differently."""
    names: dict[str, str] = {}
    for name, _revision in manifest.models:
        if name.startswith((".", "~")) or Path(name).is_absolute() or "\\" in name:
            short = re.sub(r"[^\w.@-]", "-", re.split(r"[\\/]", name.rstrip("\\/"))[-1]).lstrip(".-") or "model"
            while short in names.values():
                short += "-2"
            names[name] = short
    return names


def card(run: Run, address: str, *, sentences: bool = False, licence: str = "") -> str:
    """The dataset's card."""
    manifest, names = run.manifest, shared_names(run.manifest)
    about: dict[str, Any] = {"source": ""}
    if (run.folder / ABOUT).exists():
        about |= json.loads((run.folder / ABOUT).read_text(encoding="utf-8"))
    head = {"pretty_name": run.name or f"mhattn run {run.id}", "tags": ["mhattn", "attention", "interpretability"]}
    # A JSON string is one of YAML, whatever stands in it.
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in head.items()]
    lines += [f"license: {json.dumps(licence)}\n"] if licence else []
    models = [(_cell(names.get(name, name)), _cell(revision)) for name, revision in manifest.models]
    source = ", ".join(filter(None, (str(about["source"]), str(about.get("licence", "")))))
    return CARD.format(
        head="".join(lines),
        title=_cell(str(head["pretty_name"])),
        models=", ".join(name for name, _revision in models),
        pairs=f"{manifest.pairs:,}",
        version=manifest.version,
        id=run.id,
        texts=WITH_TEXTS if sentences else WITHOUT_TEXTS,
        address=address,
        rows="\n".join(f"| {name} | {revision} |" for name, revision in models),
        measures=", ".join(manifest.measures),
        source=_cell(source) or "not stated",
    )


def _cell(text: str) -> str:
    """Text that changes nothing of the card around it."""
    return re.sub(r"[\r\n|<>`\[\]{}]", " ", text)
