"""A finished run, read from its folder."""

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from mhattn_core.errors import Problem
from mhattn_core.heads import HEAD_COLUMNS, ModelHead
from mhattn_core.locale import _, listed
from mhattn_core.measures.difference import KEYS, difference
from mhattn_core.measures.heads import COLUMNS, head_rows
from mhattn_core.measures.matching.assignment import MatchBy
from mhattn_core.measures.matching.costs import swapped
from mhattn_core.measures.quantities import range_of
from mhattn_core.measures.redundancy.head_distances import By
from mhattn_core.measures.redundancy.square import distance_square
from mhattn_core.measures.roles.table import as_this_version_has_it
from mhattn_core.measures.statistics import spread, supported
from mhattn_core.runs.manifest import Manifest

if TYPE_CHECKING:
    from mhattn_core.findings import Card, Finding
    from mhattn_core.runs.sums import MeasureValues, ModelSums

SHIPPED = Path(__file__).parent / "shipped"
"""The runs that come with the package, by name."""
DIFFERENCES = "differences.parquet"
ABOUT = "about.json"
"""Differences of a run whose sums are not kept, where they were computed before: rows as ``Run.difference``."""


class Run:
    """Tables of a run: ``heads``, ``pairs``, ``skipped``; ``manifest`` says what they follow from."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest

    @classmethod
    def open(cls, folder: str | Path) -> "Run":
        """A run by its folder, by its name where it comes with the package, such as ``examples-en``, or by its address
        on the Hub, ``hf://datasets/USER/NAME`` (see ``from_hub.bring``).

        Raises Problem when there is no run in the folder, or one that is not finished.
        """
        if str(folder).startswith("hf:/"):
            from mhattn_core.runs.from_hub import bring

            folder = bring(str(folder))
        ships = str(folder) in {path.name for path in SHIPPED.iterdir()} and not Path(folder).exists()
        folder = SHIPPED / folder if ships else Path(folder)
        manifest = Manifest.read(folder)
        if manifest is None:
            raise Problem(
                _("There is no run in “{folder}”.").format(folder=folder),
                _("Choose a folder that holds a manifest.json."),
            )
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
    def shipped_as(self) -> str:
        """Its name where it comes with the package, else empty."""
        return self.folder.name if self.folder.parent == SHIPPED else ""

    @cached_property
    def name(self) -> str:
        """What people call it: its data, or the file that it was made of; empty where nothing was said."""
        path = self.folder / ABOUT
        return str(json.loads(path.read_bytes()).get("name", "")) if path.exists() else ""

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(name for name, _revision in self.manifest.models)

    @cached_property
    def heads(self) -> pd.DataFrame:
        """One row a head, measure and group: model, stack, layer, head, measure, group, value, low, high, n.

        low, high: 95 % interval (Poisson bootstrap) over documents, or texts where no documents are known; NaN with
        fewer than 30 of them. n: pairs with something to count. Group ``""`` holds all pairs.
        """
        return pd.read_parquet(self.folder / "heads.parquet")

    @cached_property
    def attending(self) -> pd.DataFrame:
        """``HEAD_COLUMNS`` of every head; layers without attention, whose rows of ``heads`` count nothing, have none."""
        every = self.heads.groupby(HEAD_COLUMNS, sort=False, observed=True)["n"].max()
        # Of a model that could measure nothing, all are heads.
        counted = every.groupby(["model", "stack"], sort=False, observed=True).transform("max")
        return every[(every > 0) | (counted == 0)].reset_index()[HEAD_COLUMNS]

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """id, source, target (if kept), fold, document, group, label."""
        return pd.read_parquet(self.folder / "pairs.parquet")

    @cached_property
    def by_document(self) -> bool:
        """Whether intervals are drawn from documents: some of its pairs name theirs."""
        return bool((self._documents != "").any())

    @cached_property
    def units(self) -> int:
        """How many documents, or different texts where no documents are known, its intervals are drawn from."""
        text = [name for name in ("source", "target") if name in self.pairs] or ["id"]
        alone = self._documents == ""
        return int(self._documents[~alone].nunique() + len(self.pairs.loc[alone, text].drop_duplicates()))

    @property
    def _documents(self) -> "pd.Series[str]":
        return self.pairs.get("document", pd.Series("", index=self.pairs.index))

    @cached_property
    def skipped(self) -> pd.DataFrame:
        """line, reason, id, model of what was left out; model is empty for a row that could not be read at all."""
        return pd.read_parquet(self.folder / "skipped.parquet")

    def has(self, table: str) -> bool:
        """Whether the run holds this table (a name such as ``relations``)."""
        return self._file(table).exists()

    def rows(self, table: str) -> int:
        """How many rows a table has that the run holds."""
        return int(pq.read_metadata(self._file(table)).num_rows)

    def require(self, name: str) -> None:
        """Raises Problem when the run does not hold this table."""
        if not self.has(name):
            raise Problem(
                _("This run did not measure {what}.").format(what=name),
                _("Measure its pairs again with it: see --measures, or “Measures” on the page Data."),
            )

    def table(self, name: str, **only: str) -> pd.DataFrame:
        """A table by its name; see ``runs.studies`` for what each holds. only: values of columns, for the rows that
        have them all.

        Raises Problem when the run did not measure it.
        """
        self.require(name)
        return pd.read_parquet(
            self._file(name), filters=[(column, "==", value) for column, value in only.items()] or None
        )

    @cached_property
    def relations(self) -> pd.DataFrame:
        """One row a model, stack, relation, score and direction: the best head with all that its verdict rests on.
        What an earlier version did not measure is empty. Raises Problem as ``table``.
        """
        return as_this_version_has_it(self.table("relations"))

    @cached_property
    def rates(self) -> pd.DataFrame:
        """hits and n of every head, relation and direction. Raises Problem as ``table``."""
        return self.table("rates")

    @cached_property
    def items(self) -> pd.DataFrame:
        """One row an item, with a packed bit a head. Raises Problem as ``table``."""
        return self.table("items")

    @cached_property
    def patterns(self) -> pd.DataFrame:
        """The type of every head's pattern. Raises Problem as ``table``."""
        return self.table("patterns")

    @cached_property
    def segments(self) -> pd.DataFrame:
        """Agreement with ROUGE and lift of every head, see ``measures.segment_tables``. Raises Problem as ``table``."""
        return self.table("segments")

    @cached_property
    def head_pairs(self) -> pd.DataFrame:
        """Every two heads of each model's stacks once, see ``experiments.redundancy.distance_table``. Raises Problem as
        ``table``.
        """
        return self.table("distances")

    @cached_property
    def redundancy(self) -> pd.DataFrame:
        """The share of heads that have a redundant partner, a row a model, stack and distance, see
        ``experiments.redundancy.share_table``. Raises Problem as ``table``.
        """
        return self.table("redundancy")

    def distances(self, model: str, stack: str, by: By = "js") -> pd.DataFrame:
        """How far apart the heads of a stack are, a square indexed by (layer, head): JS in nats, or 1 less correlation,
        or 1 less CKA.

        Raises Problem for a model or a stack that the run did not measure; KeyError for another distance.
        """
        table = self.head_pairs
        rows = table[(table["model"] == model) & (table["stack"] == stack)]
        if rows.empty:
            raise Problem(
                _("The run has no distances of “{name}” ({stack}).").format(name=model, stack=stack),
                _("It has: {models}.").format(models=listed(table["model"].unique())),
            )
        return distance_square(rows, by)

    @cached_property
    def matches(self) -> pd.DataFrame:
        """The heads of every two models matched, see ``measures.matching.costs``. Raises Problem as ``table``."""
        return self.table("matches")

    def match(self, a: str, b: str, by: MatchBy = "profile") -> pd.DataFrame:
        """The counterpart in model ``b`` of each head of model ``a``, with what it costs, the nulls, and the verdict;
        see ``matching.verdicts``.

        Where the run matched ``b`` with ``a`` the rows are those, the other way round (``swapped``). Raises Problem
        where it did not match the two by this.
        """
        table = self.matches[self.matches["by"] == by]
        rows = table[(table["model_a"] == a) & (table["model_b"] == b)].reset_index(drop=True)
        if rows.empty:
            rows = swapped(table[(table["model_a"] == b) & (table["model_b"] == a)])
        if rows.empty:
            raise Problem(
                _("The run did not match “{a}” with “{b}” by {by}.").format(a=a, b=b, by=by),
                _(
                    "By js and cka only heads are matched that read the same words under the same mask; profiles fit "
                    "every two models."
                ),
            )
        return rows

    def head(self, model: str, stack: str, layer: int, head: int) -> "Card":
        """The card of a head: all that the run says of it, as a notebook displays it. Raises Problem for a head that it
        does not have.
        """
        from mhattn_core.findings import head_card_of

        return head_card_of(self, ModelHead(model, stack, layer, head))

    def findings(self) -> "list[Finding]":
        """All that the run can give, with nothing chosen."""
        from mhattn_core.findings import all_findings

        return all_findings(self)

    def _file(self, table: str) -> Path:
        return self.folder / f"{table}.parquet"

    def difference(self, a: str, b: str) -> pd.DataFrame:
        """Head by head, model ``b`` less model ``a`` of the same architecture: columns as ``measures.difference``.

        low, high: 95 % interval of the difference, both models resampled with the same weights; NaN in a run that holds
        tables only, but where they were kept with it.
        Raises Problem for a model that the run does not have, or two architectures.
        """
        for name in (a, b):
            if name not in self.models:
                raise Problem(
                    _("The run has no model “{name}”.").format(name=name),
                    _("It has: {models}.").format(models=listed(self.models)),
                )
        table = difference(*(self.heads[self.heads["model"] == name] for name in (a, b)))
        files = [sums_file(self.folder, self.models.index(name)) for name in (a, b)]
        if all(file.exists() for file in files):
            from mhattn_core.runs.sums import ModelSums

            of_a, of_b = (ModelSums.load(file).values() for file in files)
            ends = pd.concat([_paired(in_a, in_b) for in_a, in_b in zip(of_a, of_b, strict=True)])
        elif (self.folder / DIFFERENCES).exists():
            kept = pd.read_parquet(self.folder / DIFFERENCES)
            ends = kept.loc[(kept["model_a"] == a) & (kept["model_b"] == b), [*KEYS, "low", "high"]]
        else:
            return table
        return table.drop(columns=["low", "high"]).merge(ends, on=KEYS, how="left", validate="one_to_one")[list(table)]


def mean_differences(run: Run, a: str, b: str) -> pd.DataFrame:
    """By how much all heads of a stack differ in the mean, model ``b`` less model ``a`` of the same architecture: stack,
    measure, group, mean, mean_low, mean_high (95 % interval, as of ``Run.difference``).
    """
    keys = ["stack", "measure", "group"]
    means = run.difference(a, b).groupby(keys, sort=False, observed=True)["value"].mean().rename("mean").reset_index()
    files = [sums_file(run.folder, run.models.index(name)) for name in (a, b)]
    if not all(file.exists() for file in files):
        return means.assign(mean_low=np.nan, mean_high=np.nan)
    from mhattn_core.runs.sums import ModelSums

    of_a, of_b = (ModelSums.load(file).values() for file in files)
    rows = [
        (in_a.stack, in_a.name, in_a.group, *_mean_interval(in_a, in_b)) for in_a, in_b in zip(of_a, of_b, strict=True)
    ]
    return means.merge(pd.DataFrame(rows, columns=[*keys, "mean_low", "mean_high"]), on=keys, how="left")


def _mean_interval(a: "MeasureValues", b: "MeasureValues") -> tuple[float, float]:
    apart = (b.replicates - a.replicates).reshape(len(a.replicates), -1)
    known = (~np.isnan(apart)).sum(axis=1)
    means = np.nansum(apart, axis=1) / np.where(known > 0, known, np.nan)
    units = min(int(np.minimum(a.n, b.n).max()), a.units, b.units)
    lowest, highest = range_of(a.name)
    low, high = supported(*spread(means), units, lowest=lowest - highest, highest=highest - lowest)
    return float(low), float(high)


def sums_file(folder: Path, number: int) -> Path:
    """Where the sums of a run's model stand, by its place among the models."""
    return folder / "sums" / f"{number}.npz"


def heads_from_sums(model: str, sums: "ModelSums") -> pd.DataFrame:
    """The rows of ``heads.parquet`` for one model."""
    rows = []
    for values in sums.values():
        lowest, highest = range_of(values.name)
        units = np.minimum(values.n, values.units)
        low, high = supported(*spread(values.replicates), units, lowest=lowest, highest=highest)
        table = head_rows(values.stack, values.name, values.value, n=values.n.astype(int), low=low, high=high)
        rows.append(table.assign(group=values.group))
    return (
        pd.concat(rows, ignore_index=True).assign(model=model)[list(COLUMNS)]
        if rows
        else pd.DataFrame(columns=list(COLUMNS))
    )


def _paired(a: "MeasureValues", b: "MeasureValues") -> pd.DataFrame:
    units = np.minimum(np.minimum(a.n, b.n), min(a.units, b.units))
    lowest, highest = range_of(a.name)
    low, high = supported(
        *spread(b.replicates - a.replicates), units, lowest=lowest - highest, highest=highest - lowest
    )
    rows = head_rows(a.stack, a.name, a.value, n=np.minimum(a.n, b.n).astype(int), low=low, high=high)
    return rows.assign(group=a.group)[[*KEYS, "low", "high"]]
