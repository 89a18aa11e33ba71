"""A finished run, read from its folder."""

from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.difference import KEYS, difference
from mhattn_core.measures.heads import COLUMNS, head_rows
from mhattn_core.measures.statistics import spread
from mhattn_core.runs.manifest import Manifest
from mhattn_core.runs.sums import HeadValues, ModelSums

DIFFERENCES = "differences.parquet"
"""Differences of a run whose sums are not kept, where they were computed before: rows as ``Run.difference``."""


class Run:
    """Tables of a run: ``heads``, ``pairs``, ``skipped``; ``manifest`` says what they follow from."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest

    @classmethod
    def open(cls, folder: str | Path) -> "Run":
        """Raises Problem when there is no run in the folder, or one that is not finished."""
        folder = Path(folder)
        manifest = Manifest.read(folder)
        if manifest is None:
            raise Problem(_("There is no run in “{folder}”.").format(folder=folder), _("Choose a folder that holds a manifest.json."))
        if not manifest.finished:
            raise Problem(
                _("The run in “{folder}” is not finished.").format(folder=folder),
                _("Start it again with the same pairs and models: it resumes."),
            )
        return cls(folder, manifest)

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(name for name, _revision in self.manifest.models)

    @cached_property
    def heads(self) -> pd.DataFrame:
        """One row a head, measure and group: model, stack, layer, head, measure, group, value, low, high, n.

        low, high: 95 % interval over pairs (Poisson bootstrap). n: pairs with something to count. Group ``""`` holds all pairs.
        """
        return pd.read_parquet(self.folder / "heads.parquet")

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """id, source, target (if kept), fold, document, group, label."""
        return pd.read_parquet(self.folder / "pairs.parquet")

    @cached_property
    def skipped(self) -> pd.DataFrame:
        """line, reason, id, model of what was left out; model is empty for a row that could not be read at all."""
        return pd.read_parquet(self.folder / "skipped.parquet")

    def difference(self, a: str, b: str) -> pd.DataFrame:
        """Head by head, model ``b`` less model ``a`` of the same architecture: columns as ``measures.difference``.

        low, high: 95 % interval of the difference, both models resampled with the same weights; NaN in a run that holds tables only, but
        where they were kept with it.
        Raises Problem for a model that the run does not have, or two architectures.
        """
        for name in (a, b):
            if name not in self.models:
                raise Problem(
                    _("The run has no model “{name}”.").format(name=name), _("It has: {models}.").format(models=", ".join(self.models))
                )
        table = difference(*(self.heads[self.heads["model"] == name] for name in (a, b)))
        files = [sums_file(self.folder, self.models.index(name)) for name in (a, b)]
        if all(file.exists() for file in files):
            of_a, of_b = (ModelSums.load(file).values() for file in files)
            ends = pd.concat([_paired(in_a, in_b) for in_a, in_b in zip(of_a, of_b, strict=True)])
        elif (self.folder / DIFFERENCES).exists():
            kept = pd.read_parquet(self.folder / DIFFERENCES)
            ends = kept.loc[(kept["model_a"] == a) & (kept["model_b"] == b), [*KEYS, "low", "high"]]
        else:
            return table
        return table.drop(columns=["low", "high"]).merge(ends, on=KEYS, how="left", validate="one_to_one")[list(table)]


def sums_file(folder: Path, number: int) -> Path:
    """Where the sums of a run's model stand, by its place among the models."""
    return folder / "sums" / f"{number}.npz"


def heads_of(model: str, sums: ModelSums) -> pd.DataFrame:
    """The rows of ``heads.parquet`` for one model."""
    rows = []
    for values in sums.values():
        low, high = spread(values.replicates)
        table = head_rows(values.stack, values.name, values.value, n=values.n.astype(int), low=low, high=high)
        rows.append(table.assign(group=values.group))
    return pd.concat(rows, ignore_index=True).assign(model=model)[list(COLUMNS)] if rows else pd.DataFrame(columns=list(COLUMNS))


def _paired(a: HeadValues, b: HeadValues) -> pd.DataFrame:
    low, high = spread(b.replicates - a.replicates)
    rows = head_rows(a.stack, a.name, a.value, n=np.minimum(a.n, b.n), low=low, high=high)
    return rows.assign(group=a.group)[[*KEYS, "low", "high"]]
