"""One model over a corpus in shards: sums that say which shards are in them, and a sample of the pairs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.statistics import number_of
from mhattn_core.models.model import Model
from mhattn_core.runs import model_sums
from mhattn_core.runs.corpus import MOST_GROUPS, too_many_groups
from mhattn_core.runs.model_sums import sums_of
from mhattn_core.runs.progress import Meter, Share, Tell, Telling
from mhattn_core.runs.saved_inputs import read_given, write_given
from mhattn_core.runs.shard_reading import Skipped, halves, read_shard
from mhattn_core.runs.shards import Shard, ShardedPairs
from mhattn_core.runs.sums import ModelSums, text_key
from mhattn_core.runs.where import CHUNK, Step, Workers
from mhattn_core.text.reading import PairRecord, Upload
from mhattn_core.text.reading.records import bad_rows

SAMPLE = 2000
"""Pairs that stand for a corpus in shards where all of them would be too many: in ``pairs.parquet`` and for studies."""
MOST_SKIPPED = 1000
"""Pairs left out that are named; the others are counted."""


@dataclass
class ShardSums(ModelSums):
    """``done``: the pairs that were measured. shards: the numbers of those that are in the sums. unread: rows that no
    model could be given; skipped: pairs that this one could not take; of each up to ``MOST_SKIPPED`` are named, and all
    of them counted. sample: the pairs of the lowest numbers (a hash of their texts), by number; it is kept beside the
    sums.
    """

    shards: set[int] = field(default_factory=set)
    unread: list[Skipped] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unread_count: int = 0
    skipped_count: int = 0
    sample: dict[int, PairRecord] = field(default_factory=dict)

    def add_shards(self, other: "ShardSums") -> None:
        """Add the sums of other shards; in any order they are the same, but for rounding of float64."""
        self.add(other)
        self.shards |= other.shards
        self.unread = sorted([*self.unread, *other.unread])[:MOST_SKIPPED]
        self.skipped = sorted([*self.skipped, *other.skipped])[:MOST_SKIPPED]
        self.unread_count += other.unread_count
        self.skipped_count += other.skipped_count
        self.sample = _lowest(self.sample | other.sample)
        if len(self.groups) > MOST_GROUPS + 1:
            raise too_many_groups(len(self.groups) - 1)

    def _about(self) -> dict[str, Any]:
        return super()._about() | {
            "shards": sorted(self.shards),
            "unread": self.unread,
            "skipped": self.skipped,
            "unread_count": self.unread_count,
            "skipped_count": self.skipped_count,
        }

    @classmethod
    def load(cls, path: Path) -> "ShardSums":
        about, groups = cls._read(path)
        sums = cls(*cls._told(about, groups))
        sums.shards = set(about["shards"])
        sums.unread_count, sums.skipped_count = about["unread_count"], about["skipped_count"]
        sums.unread, sums.skipped = (
            [(line, reason, id_) for line, reason, id_ in about[name]] for name in ("unread", "skipped")
        )
        return sums


def measure_shards(
    workers: Workers,
    pairs: ShardedPairs,
    measures: Sequence[str],
    tokens: int | None,
    file: Path,
    meter: Meter,
    sampled: Path | None = None,
) -> None:
    """Bring the sums of one model to the last shard, from where its file stands. sampled: the folder where a sample of
    the pairs is kept, if it is wanted.
    """
    sums = ShardSums.load(file) if file.exists() else ShardSums()
    known = read_given(sampled) if sampled else None
    sums.sample = _lowest({_number(record): record for record in known.pairs}) if known else {}
    meter.resume(sum(shard.rows for shard in pairs.shards if shard.number in sums.shards))
    waiting = [shard for shard in pairs.shards if shard.number not in sums.shards]

    def save() -> None:
        if sampled:
            # First: a pair of the sample that comes again is the same.
            write_given(sampled, Upload("", "jsonl", list(sums.sample.values()), bad_rows([])))
        sums.save(file)

    saved, at = len(sums.shards), monotonic()
    try:
        for part in workers.results(shards_step(measures, tokens, sampled=sampled is not None), waiting, meter):
            if part.shards & sums.shards:
                raise AssertionError(f"shards {sorted(part.shards & sums.shards)} came twice")
            sums.add_shards(part)
            if monotonic() - at > model_sums.SECONDS_BETWEEN_SAVES or len(sums.shards) == len(pairs.shards):
                save()
                saved, at = len(sums.shards), monotonic()
    except BaseException:
        if len(sums.shards) > saved:
            save()
        raise
    if not sums.done:
        raise Problem(
            _("No pair of “{address}” could be measured: {reason}").format(
                address=pairs.address, reason=[*sums.unread, *sums.skipped, (0, _("there is none."), "")][0][1]
            ),
            _("Give at least one pair; a file needs a column “source”."),
        )


def sample_of(folder: Path) -> list[PairRecord]:
    """The pairs that stand for all. Raises Problem when none were kept."""
    kept = read_given(folder)
    if kept is None:
        raise Problem(
            _("Studies of a corpus in shards are made over a sample, which is drawn while sums are made."),
            _("Name a measure such as “basic” too."),
        )
    return kept.pairs


def shards_step(measures: Sequence[str], tokens: int | None, *, sampled: bool) -> Step[Shard, ShardSums]:
    """The sums of a shard."""
    return Step(
        partial(sums_of_shard, tuple(measures), tokens, sampled),
        size=lambda shard: shard.rows,
        halves=halves,
        lost=_lost,
        merge=_together,
        name=lambda shard: shard.name,
    )


def sums_of_shard(
    measures: Sequence[str], tokens: int | None, sampled: bool, model: Model, shard: Shard, tell: Tell
) -> ShardSums:
    """Read a shard and measure it, a few hundred pairs at a time."""
    records, unread = read_shard(shard)
    sums = ShardSums(shards={shard.number}, unread=sorted(unread)[:MOST_SKIPPED], unread_count=len(unread))
    share = Share(Telling(tell), shard.rows, len(records))
    for start in range(0, len(records), CHUNK):
        here = records[start : start + CHUNK]
        part = sums_of(measures, tokens, model, here, share.count)
        names = [(here[place].line, reason, here[place].id) for place, reason in part.reasons.items()]
        part.done, part.reasons = part.done - len(names), {}
        sums.add_shards(ShardSums(**vars(part), skipped=names, skipped_count=len(names)))
    share.fill()
    sums.sample = _lowest({_number(record): record for record in records}) if sampled else {}
    return sums


def _together(parts: Sequence[ShardSums]) -> ShardSums:
    sums = ShardSums()
    for part in parts:
        sums.add_shards(part)
    return sums


def _lost(shard: Shard) -> ShardSums:
    row = shard.start if shard.group < 0 else shard.before + shard.start + 1
    why = (0 if shard.group < 0 else row, _("The process that measured it ended."), f"{Path(shard.file).name}:{row}")
    return ShardSums(shards={shard.number}, skipped=[why], skipped_count=1)


def _number(record: PairRecord) -> int:
    return number_of(text_key(record))


def _lowest(sample: dict[int, PairRecord]) -> dict[int, PairRecord]:
    return {number: sample[number] for number in sorted(sample)[:SAMPLE]}
