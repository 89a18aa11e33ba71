"""The pairs of a run."""

import json
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import groupby
from pathlib import Path

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.runs.sums import fold_of
from mhattn_core.text.feeding import AS_PAIR, Feeding
from mhattn_core.text.pair import SentencePair, fed_pair
from mhattn_core.text.reading import PairRecord, Upload, read_pairs
from mhattn_core.text.segmenters import unsegmented, what_tells_words, words_unknown

MOST_GROUPS = 20

Pairs = str | Path | Upload | Iterable[SentencePair | PairRecord]


def records_of(pairs: Pairs) -> tuple[list[PairRecord], pd.DataFrame]:
    """The records of a file or a list, and the rows that could not be read (line, reason). Raises Problem when nothing
    is left, or too many groups.
    """
    bad = pd.DataFrame({"line": pd.Series(dtype="int64"), "reason": pd.Series(dtype="str")})
    if isinstance(pairs, str | Path | Upload):
        read = pairs if isinstance(pairs, Upload) else _read(Path(pairs))
        records, bad = read.pairs, read.bad
        if read.columns.found and "source" not in read.columns.used:
            raise Problem(
                _("None of the columns of “{name}” is known to hold sentences: {names}.").format(
                    name=read.name, names=listed(read.columns.found)
                ),
                _(
                    "Call the columns “source” and “target” in the first row, or say which they are: on the command "
                    "line --columns, in Python columns= of read_pairs."
                ),
            )
    else:
        records = [_record(line, pair) for line, pair in enumerate(pairs, start=1)]
    if not records:
        raise Problem(_("There are no pairs to measure."), _("Give at least one pair; a file needs a column “source”."))
    unknown = {record.line: languages for record in records if (languages := unsegmented_pair(record.pair))}
    records = [record for record in records if record.line not in unknown]
    reasons = [(line, words_unknown(languages)) for line, languages in unknown.items()]
    if not records:
        raise Problem(reasons[0][1], what_tells_words())
    bad = (
        pd.concat([bad, pd.DataFrame(reasons, columns=list(bad.columns)).astype(bad.dtypes)], ignore_index=True)
        if reasons
        else bad
    )
    groups = {record.group for record in records}
    if len(groups) > MOST_GROUPS:
        raise too_many_groups(len(groups))
    return records, bad


def too_many_groups(number: int) -> Problem:
    """What to say of so many."""
    return Problem(
        _("The pairs have {number} groups; a run takes at most {most}.").format(number=number, most=MOST_GROUPS),
        _("Use the column “group” for a few kinds of pairs, and “id” or “label” for what differs from pair to pair."),
    )


def consecutive(records: Sequence[PairRecord]) -> list[PairRecord]:
    """Neighbouring sentences of one document as disjoint pairs: first and second, third and fourth …; an odd last one
    stands alone.

    Cuts into words, group and label are those of the sentences (group and label of the first).
    """
    paired = []
    for _document, sentences in groupby(records, key=lambda record: record.document):
        waiting = list(sentences)
        for first, second in zip(waiting[::2], [*waiting[1::2], None], strict=False):
            a, b = first.pair, second.pair if second else SentencePair("")
            pair = SentencePair(a.source, b.source, a.source_words, b.source_words)
            paired.append(
                PairRecord(first.id, pair, first.line, first.document, first.group, first.label, tree=first.tree)
            )
    return paired


def fed(records: Sequence[PairRecord], feeding: Feeding | None) -> list[PairRecord]:
    """The records with their pairs fed in one way; None leaves each as it is. Of what a model is to write itself, no
    second sentence is left. Raises Problem where they then differ.
    """
    if feeding is not None:
        records = [replace(record, pair=fed_pair(record.pair, feeding)) for record in records]
    if len({record.pair.feeding for record in records}) > 1:
        raise Problem(
            _("These pairs are not all fed in one way."),
            _("Measure those of each feeding as a run of their own, or say one for all."),
        )
    return list(records)


def corpus_digest(records: Sequence[PairRecord]) -> str:
    """A hash of everything about the pairs that a run may depend on, in their order."""
    digest = blake2b(digest_size=16)
    for record in records:
        pair = record.pair
        told = (
            record.id,
            pair.source,
            pair.target,
            pair.source_words,
            pair.target_words,
            record.document,
            record.group,
            record.label,
            *(() if pair.feeding == AS_PAIR else pair.feeding.stated.values()),
            *((pair.masked, pair.marks) if pair.masked or pair.marks else ()),
        )
        digest.update(json.dumps(told).encode())
    return digest.hexdigest()


def pairs_table(records: Sequence[PairRecord], *, keep_sentences: bool) -> pd.DataFrame:
    """id, source, target (only if kept), fold, document, group, label."""
    table = pd.DataFrame(
        {
            "id": [record.id for record in records],
            "source": [record.pair.source for record in records],
            "target": [record.pair.target for record in records],
            "fold": [fold_of(record) for record in records],
            "document": [record.document for record in records],
            "group": [record.group for record in records],
            "label": [record.label for record in records],
        }
    )
    return table if keep_sentences else table.drop(columns=["source", "target"])


def _read(path: Path) -> Upload:
    """The pairs of a file; what was not plain in it is a warning, since nobody looks at the ``Upload``."""
    read = read_pairs(path)
    for remark in read.remarks:
        warnings.warn(f"{read.name}: {remark}", stacklevel=4)
    return read


def unsegmented_pair(pair: SentencePair) -> tuple[str, ...]:
    """Languages of a pair whose words cannot be told, and have not been given."""
    sides = ((pair.source, pair.source_words), (pair.target, pair.target_words))
    return tuple(sorted({language for text, words in sides if not words for language in unsegmented(text)}))


def _record(line: int, pair: SentencePair | PairRecord) -> PairRecord:
    return pair if isinstance(pair, PairRecord) else PairRecord(str(line), pair, line)
