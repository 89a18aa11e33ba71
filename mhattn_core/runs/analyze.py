"""Measuring many pairs with many models."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.measures.ablation.quantities import OFF_BY, Off
from mhattn_core.measures.heads import COLUMNS
from mhattn_core.measures.patterns.types import patterns_table
from mhattn_core.measures.roles.causes import with_causes
from mhattn_core.models.checkpoints import expand
from mhattn_core.models.control_names import control_of, trained_name
from mhattn_core.models.load import load
from mhattn_core.models.model import Model
from mhattn_core.models.options import LoadOptions
from mhattn_core.models.sources import find
from mhattn_core.runs.corpus import Pairs, fed, records_of
from mhattn_core.runs.files import write_table
from mhattn_core.runs.given import Listed, Shards
from mhattn_core.runs.lock import locked
from mhattn_core.runs.manifest import Manifest, refuse_another
from mhattn_core.runs.progress import Meter, Progress
from mhattn_core.runs.run import Run, heads_from_sums, sums_file
from mhattn_core.runs.shards import is_sharded
from mhattn_core.runs.sums import ModelSums
from mhattn_core.runs.where import HERE, Where
from mhattn_core.runs.work import MEASURABLE, Work, measurable
from mhattn_core.text.annotation import NO_RESOURCES, Resources
from mhattn_core.text.feeding import AS_PAIR, Feeding
from mhattn_core.text.reading import Upload, is_dataset, read_pairs


def analyze(
    models: Sequence[str | Model],
    pairs: Pairs,
    *,
    out: str | Path,
    device: str = "auto",
    dtype: str = "float32",
    measures: Sequence[str] = ("basic",),
    keep_sentences: bool = True,
    resources: Resources = NO_RESOURCES,
    tokens: int | None = None,
    progress: Callable[[Progress], object] = lambda _progress: None,
    cancel: Callable[[], bool] = lambda: False,
    get: Callable[[str], Model] | None = None,
    where: Where = HERE,
    feeding: Feeding | None = None,
    ablation: Off = OFF_BY,
) -> Run:
    """Measure every head of every model over pairs, into the folder ``out``; a run that was stopped there resumes.

    models: names as ``load`` takes them, names that stand for many checkpoints (``expand``), which are loaded one after
    another, and loaded or wrapped models. pairs: a path (see ``read_pairs``), or SentencePairs or PairRecords; or a
    folder, a pattern (``part-*.parquet``) or an address with a scheme (``s3://``, ``hf://``) of Parquet and JSONL
    files, which are read shard by shard where they are measured, however many there are (studies then take a sample of
    ``SAMPLE`` pairs); or a data set of the Hub by its id, of which a sample is taken (see ``read_pairs``).
    keep_sentences: whether ``pairs.parquet`` holds them. dtype: of the weights of models that are
    named, as ``load`` takes it; it is part of their revisions, so that numbers of two precisions are never in one run.
    resources: a lexicon of feelings and static vectors for the measure ``relations`` (see ``read_valence``,
    ``read_vectors``), words to replace for ``invariance`` (see ``read_replacements``), told apart by ``Resources.name``. tokens: the most tokens, padding included, that go through a
    network at once; by default what suits the device. progress: told after every batch. cancel: asked after every
    batch, such as an Event's ``is_set``. get: brings a model by its name, in place of ``load``, such as a pool's.
    feeding: how all pairs are fed, by default as each of them says; a chat, a template of one's own or second sentences
    that each model writes itself (they stand in the table ``generated``) are read by the measures of ``measurable``,
    and not in shards. ablation: what stands in for each head that the study of that name switches off.
    where: who measures the sums: this process, or the workers of ``OnRay``, which load models by their names; studies
    are made here. Raises Problem, in three parts, when there is nothing to measure, a model cannot be had, the folder
    cannot be written, is in use, or holds another run; Cancelled when asked to stop. Pairs that a model cannot take are
    in ``skipped``.
    """
    unknown = set(measures) - set(MEASURABLE)
    if unknown or not measures or not models:
        raise Problem(
            _("These measures are not known: {names}.").format(names=listed(sorted(unknown)))
            if unknown
            else _("There is nothing to measure."),
            _("Name one model or more, and measures of: {names}.").format(names=listed(MEASURABLE)),
        )
    if where is not HERE and (held := [model.name for model in models if isinstance(model, Model)]):
        raise Problem(
            _("“{name}” is in the memory of this process, and workers cannot load it.").format(name=held[0]),
            _("Give its name, or the folder where it is saved."),
        )
    models = [one for model in models for one in (expand([model]) if isinstance(model, str) else [model])]
    if is_dataset(pairs):
        pairs = read_pairs(pairs)  # type: ignore[arg-type]  # it is an address
    given = _given(pairs, feeding)
    _check_fed(given.feeding, measures)
    _check_off(ablation, measures)
    manifest = Manifest(
        tuple(
            (model, _revision(model, dtype)) if isinstance(model, str) else (model.name, model.revision)
            for model in models
        ),
        given.digest,
        given.number,
        tuple(measures),
        keep_sentences,
        resources=resources.name,
        feeding=given.feeding,
        ablation=ablation,
        **_of_dataset(pairs),
    )
    folder = Path(out)
    with locked(folder):
        there = Manifest.read(folder)
        if there is not None:
            refuse_another(folder, there, manifest)
            if there.finished:
                return Run.open(folder)
        else:
            given.begin(folder, keep_sentences=keep_sentences)
            manifest.write(folder)
        own = {model.name: model for model in models if isinstance(model, Model)}
        fetch = get or (lambda name: load(name, device, dtype=dtype))
        work = Work(
            folder, manifest, given.pairs, resources, lambda name: own.get(name) or fetch(name), tokens, where, dtype
        )
        work.do(Meter(work.steps, progress, cancel))
        return finish(folder, *given.end(folder, manifest))


def _given(pairs: Pairs, feeding: Feeding | None) -> Listed | Shards:
    if not is_sharded(pairs):
        records, bad = records_of(pairs)
        return Listed(fed(records, feeding), bad)
    if feeding not in (None, AS_PAIR):
        raise Problem(_("Shards are read as they are."), _("Give the pairs as one file, or feed them as pairs."))
    return Shards(pairs)


def _check_fed(feeding: Feeding, measures: Sequence[str]) -> None:
    allowed = measurable(feeding)
    if others := [name for name in measures if name not in allowed]:
        raise Problem(
            _(
                "These measures read texts of their own, feed pairs as pairs, or need the same words for all models: {names}."
            ).format(names=listed(others)),
            _("Where pairs are fed in this way take measures of: {names}.").format(names=listed(allowed)),
        )


def _check_off(ablation: Off, measures: Sequence[str]) -> None:
    if ablation not in get_args(Off):
        raise Problem(
            _("“{name}” is no way to switch a head off.").format(name=ablation),
            _("Choose one of: {names}.").format(names=listed(get_args(Off))),
        )
    if ablation != OFF_BY and "ablation" not in measures:
        raise Problem(
            _("How heads are switched off was chosen, and none is switched off."),
            _("Measure “ablation” too."),
        )


def finish(folder: Path, manifest: Manifest, skipped: pd.DataFrame) -> Run:
    """Write the tables that the sums hold, and say last that the run is whole."""
    names = [name for name, _revision in manifest.models]
    files = [sums_file(folder, number) for number in range(len(names))]
    known = [(name, ModelSums.load(file)) for name, file in zip(names, files, strict=True) if file.exists()]
    # The columns of a model without rows have types of their own.
    measured = [rows for name, sums in known if len(rows := heads_from_sums(name, sums))]
    heads = pd.concat(measured, ignore_index=True) if measured else pd.DataFrame(columns=list(COLUMNS))
    write_table(folder / "heads.parquet", heads)
    if "patterns" in manifest.measures:
        write_table(folder / "patterns.parquet", patterns_table(heads[heads["group"] == ""]))
    causes = [name for name in ("minimal_pairs", "knockouts") if name in manifest.measures]
    if causes and "relations" in manifest.measures:
        shown = {name: pd.read_parquet(folder / f"{name}.parquet") for name in causes}
        relations = pd.read_parquet(folder / "relations.parquet")
        write_table(folder / "relations.parquet", with_causes(relations, **shown))
    write_table(folder / "skipped.parquet", skipped)
    replace(manifest, finished=True).write(folder)
    return Run.open(folder)


def _of_dataset(pairs: Pairs) -> dict[str, Any]:
    """What a manifest says of the data set of the Hub that pairs are a sample of."""
    if not isinstance(pairs, Upload) or pairs.origin is None:
        return {}
    columns = ",".join(f"{field}={column}" for field, column in pairs.columns.used.items())
    origin = pairs.origin
    return {
        "dataset": origin.address,
        "licence": origin.licence,
        "sampled": len(origin.numbers),
        "columns": columns,
    }


def _revision(name: str, dtype: str) -> str:
    """What ``load`` will call the revision, without loading; numbers of another precision are another run's."""
    source = find(trained_name(name))
    return source.revision + LoadOptions(dtype=dtype).of_files(source.folder).suffix + (control_of(name) or "")
