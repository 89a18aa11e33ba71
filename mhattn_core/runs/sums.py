"""What a run keeps of its pairs: sums that merge, of the same size for ten pairs and for a million."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mhattn_core.measures.measure import MEASURES
from mhattn_core.measures.statistics import (
    FOLDS,
    REPLICATES,
    bootstrap_weights,
    fold,
    number_of,
)
from mhattn_core.runs.chunk import Chunk, Layout, PackedMeasure
from mhattn_core.runs.files import written
from mhattn_core.text.reading import PairRecord

ALL = ""
"""The group that holds every pair."""
MOST_UNITS = 1000


@dataclass
class GroupSums:
    """float64 ``folds [fold, place]``, their total of all pairs; ``replicates [replicate, place]``; ``counted
    [place]``: pairs with more than 0; ``units``: numbers of the units (see ``unit_of``) that were measured, the lowest
    ``MOST_UNITS`` of them, so that up to so many are counted exactly.
    """

    folds: np.ndarray
    replicates: np.ndarray
    counted: np.ndarray
    units: np.ndarray

    @classmethod
    def empty(cls, places: int) -> "GroupSums":
        return cls(np.zeros((FOLDS, places)), np.zeros((REPLICATES, places)), np.zeros(places), _lowest([]))

    def add(self, other: "GroupSums") -> None:
        self.folds += other.folds
        self.replicates += other.replicates
        self.counted += other.counted
        self.units = _lowest([self.units, other.units])


class MeasureValues(NamedTuple):
    """One measure of one stack, ``[layer, head]`` (replicates ``[replicate, layer, head]``); units: how many texts or
    documents were resampled, at most ``MOST_UNITS``.
    """

    stack: str
    name: str
    group: str
    value: np.ndarray
    replicates: np.ndarray
    n: np.ndarray
    units: int


@dataclass
class ModelSums:
    """One model's sums over the pairs that are done: the first ``done`` of the run's. ``reasons``: why some of them
    were left out.
    """

    layout: Layout = ()
    groups: dict[str, GroupSums] = field(default_factory=dict)
    done: int = 0
    reasons: dict[int, str] = field(default_factory=dict)

    def add_chunk(self, chunk: Chunk, records: Sequence[PairRecord]) -> None:
        """Add the next pairs to the sums of all and of their groups, fold by fold and replicate by replicate."""
        if chunk.layout:
            self.layout = chunk.layout
            units = [unit_of(record) for record in records]
            weights, numbers = bootstrap_weights(units), np.array([number_of(unit) for unit in units], dtype=np.uint64)
            folds = np.eye(FOLDS)[[fold_of(record) for record in records]].T
            groups = np.array([record.group for record in records])
            self._group(ALL).add(_weighted(chunk.rows, folds, weights, numbers))
            for group in sorted(set(groups.tolist()) - {ALL}):
                here = groups == group
                self._group(group).add(_weighted(chunk.rows[here], folds[:, here], weights[:, here], numbers[here]))
        self.reasons |= {self.done + number: reason for number, reason in chunk.reasons.items()}
        self.done += len(records)

    def add(self, other: "ModelSums") -> None:
        """Add the sums of pairs that come after these."""
        self.layout = self.layout or other.layout
        for group, sums in other.groups.items():
            self._group(group).add(sums)
        self.reasons |= {self.done + number: reason for number, reason in other.reasons.items()}
        self.done += other.done

    def values(self, folds: np.ndarray | None = None) -> list[MeasureValues]:
        """All measures of all stacks and groups. folds: bool ``[fold]``, those whose pairs make the value, by default
        all (replicates are of all).
        """
        chosen = np.ones(FOLDS, dtype=bool) if folds is None else folds
        keys = dict.fromkeys((entry.measure, entry.stack, entry.name) for entry in self.layout)
        return [self._values(group, *key, chosen) for group in self.groups for key in keys]

    def save(self, path: Path) -> None:
        """Write a file of its own and rename it, so that a killed run finds the file before it, whole."""
        arrays = {
            f"{part}{number}": array
            for number, sums in enumerate(self.groups.values())
            for part, array in vars(sums).items()
        }
        with written(path) as beside, beside.open("wb") as file:
            np.savez(file, about=np.array(json.dumps(self._about())), **arrays)

    @classmethod
    def load(cls, path: Path) -> "ModelSums":
        return cls(*cls._told(*cls._read(path)))

    def _about(self) -> dict[str, Any]:
        """What the file says beside the arrays."""
        return {
            "layout": self.layout,
            "groups": list(self.groups),
            "done": self.done,
            "reasons": list(self.reasons.items()),
        }

    @staticmethod
    def _read(path: Path) -> tuple[dict[str, Any], dict[str, GroupSums]]:
        with np.load(path) as file:
            about = json.loads(str(file["about"]))
            return about, {group: _read_group(file, number) for number, group in enumerate(about["groups"])}

    @staticmethod
    def _told(
        about: dict[str, Any], groups: dict[str, GroupSums]
    ) -> tuple[Layout, dict[str, GroupSums], int, dict[int, str]]:
        layout = tuple(PackedMeasure(*entry) for entry in about["layout"])
        return layout, groups, about["done"], dict(about["reasons"])

    def _group(self, group: str) -> GroupSums:
        if group not in self.groups:
            self.groups[group] = GroupSums.empty(sum(entry.heads * entry.parts for entry in self.layout))
        return self.groups[group]

    def _values(self, group: str, measure: str, stack: str, name: str, folds: np.ndarray) -> MeasureValues:
        places = self._places(measure, stack, name)
        sums = self.groups[group]
        finish = MEASURES[measure].finish
        return MeasureValues(
            stack,
            name,
            group,
            finish(sums.folds[folds].sum(axis=0)[places]),
            finish(sums.replicates[:, places]),
            sums.counted[places[..., -1]],
            len(sums.units),
        )

    def _places(self, measure: str, stack: str, name: str) -> np.ndarray:
        """Where the sums of a measure stand in a row, int ``[layer, head, part]``."""
        starts = np.cumsum([0, *(entry.heads * entry.parts for entry in self.layout)])
        found = {
            entry.layer: np.arange(start, start + entry.heads * entry.parts).reshape(entry.heads, entry.parts)
            for start, entry in zip(starts, self.layout, strict=False)
            if (entry.measure, entry.stack, entry.name) == (measure, stack, name)
        }
        return np.stack([found[layer] for layer in sorted(found)])


def text_key(record: PairRecord) -> str:
    """What the resampling of a pair hangs on: its text. What a model wrote to it is another in each, and is no part of
    it: two models are resampled together.
    """
    return f"{record.pair.source}\n{'' if record.pair.feeding.is_generated else record.pair.target}"


def unit_of(record: PairRecord) -> str:
    """What is resampled as one: the document, or the pair's text where no document is known."""
    return record.document or text_key(record)


def fold_of(record: PairRecord) -> int:
    return fold(record.document or record.pair.source)


def _weighted(rows: np.ndarray, folds: np.ndarray, weights: np.ndarray, units: np.ndarray) -> GroupSums:
    counts = rows > 0
    return GroupSums(
        folds @ rows, weights @ rows, counts.sum(axis=0).astype(float), _lowest([units[counts.any(axis=1)]])
    )


def _read_group(file: Mapping[str, np.ndarray], number: int) -> GroupSums:
    # Earlier versions did not count units.
    units = file[f"units{number}"] if f"units{number}" in file else np.arange(MOST_UNITS, dtype=np.uint64)
    return GroupSums(file[f"folds{number}"], file[f"replicates{number}"], file[f"counted{number}"], units)


def _lowest(units: Sequence[np.ndarray]) -> np.ndarray:
    return np.unique(np.concatenate([np.zeros(0, dtype=np.uint64), *units]))[:MOST_UNITS]
