"""Two runs over two parts of a corpus as one."""

from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.measures.measure import MEASURES
from mhattn_core.runs.analyze import finish
from mhattn_core.runs.files import write_table
from mhattn_core.runs.lock import locked
from mhattn_core.runs.manifest import Manifest, refuse_another
from mhattn_core.runs.run import Run, sums_file
from mhattn_core.runs.sums import ModelSums


def merge(first: Run, second: Run, *, out: str | Path) -> Run:
    """The run over the pairs of both, into the new folder ``out``: what one run over all of them would give.

    Raises Problem unless both have the same models, measures (sums only) and version, other pairs, and their sums.
    """
    refuse_another(second.folder, second.manifest, replace(first.manifest, corpus=second.manifest.corpus))
    if first.manifest.corpus == second.manifest.corpus:
        raise Problem(
            _("Both runs measured the same pairs."),
            _("Merge runs over different parts of a corpus: a pair must not count twice."),
        )
    studies = [name for name in first.manifest.measures if name not in MEASURES]
    if studies:
        raise Problem(
            _("Only sums merge, and these runs hold more: {names}.").format(names=listed(studies)),
            _("Measure both parts as one run, or without these."),
        )
    corpus = blake2b((first.manifest.corpus + second.manifest.corpus).encode(), digest_size=16).hexdigest()
    manifest = replace(
        first.manifest, corpus=corpus, pairs=first.manifest.pairs + second.manifest.pairs, finished=False
    )
    folder = Path(out)
    with locked(folder):
        if Manifest.read(folder) is not None:
            raise Problem(_("“{folder}” holds a run already.").format(folder=folder), _("Choose another folder."))
        for number in range(len(manifest.models)):
            sums = _sums(first, number)
            sums.add(_sums(second, number))
            sums.save(sums_file(folder, number))
        write_table(folder / "pairs.parquet", pd.concat([first.pairs, second.pairs], ignore_index=True))
        return finish(folder, manifest, pd.concat([first.skipped, second.skipped], ignore_index=True))


def _sums(run: Run, number: int) -> ModelSums:
    file = sums_file(run.folder, number)
    if not file.exists():
        raise Problem(
            _("The run in “{folder}” holds tables only, not its sums.").format(folder=run.folder),
            _("Measure its pairs again."),
        )
    return ModelSums.load(file)
