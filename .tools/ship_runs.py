"""Make the runs that come with the package: ``PYTHONPATH=. python .tools/ship_runs.py DATA WORKING``.

DATA holds the folders ``ud-english-ewt-dev`` and ``ud-chinese-gsdsimp-dev`` with the .conllu files of these treebanks.
Tables only are kept: the treebanks' sentences do not ship, nor do sums, from which any two models could be compared,
nor items of the treebanks or of random controls: they are large. So the differences from random weights are computed
here. WORKING is where runs are measured; stopped, they go on from there. A run that ships already is left as it is:
delete its folder first.
"""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from mhattn_core.attention.prepare_inputs import prepare_inputs
from mhattn_core.errors import Problem
from mhattn_core.models.control_names import CONTROLS, is_control, with_control
from mhattn_core.models.load import load
from mhattn_core.runs.analyze import analyze
from mhattn_core.runs.files import write_table
from mhattn_core.runs.run import DIFFERENCES, SHIPPED, Run
from mhattn_core.runs.store import About, write_about
from mhattn_core.runs.studies import STUDIES
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.text.documents import document_pairs
from mhattn_core.text.examples import example_pairs
from mhattn_core.text.reading import PairRecord, read_pairs
from mhattn_core.text.relations.templates import templates

EWT = "ud-english-ewt-dev/en_ewt-ud-dev.conllu"
GSD = "ud-chinese-gsdsimp-dev/zh_gsdsimp-ud-dev.conllu"
TREEBANK = "CC BY-SA 4.0"
DECIMALS = 4
"""Of numbers that ship in many rows: they take a third of the room."""
ROUNDED = ("distances", "patching", "detectors", "composition")
ALL_STUDIES = dict(STUDIES)


@dataclass(frozen=True)
class Recipe:
    """A run that ships: ``models`` are measured with and without training on what ``pairs`` reads from the folder of
    data.

    own: the sentences are this project's, and ship with the run, as do its items, from which hits and misses are shown.
    left_out: of a study the models of which it has no rows, since they would cost too much, or since the study holds
    its models against networks that have learned nothing itself.
    """

    key: str
    name: str
    models: tuple[str, ...]
    pairs: Callable[[Path], Sequence[PairRecord]]
    pairing: str
    source: str = ""
    licence: str = ""
    measures: tuple[str, ...] = ("basic",)
    own: bool = False
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


ROLES = ("basic", "patterns", "relations", "cards")
EVERYTHING = (*ROLES, "minimal_pairs", "knockouts", "patching", "distances", "ablation", "fusion", "probes")

OF_TRAINED = ("detectors", "circuits", "attribution")


def controls_of(*models: str) -> tuple[str, ...]:
    return tuple(with_control(name, control) for name in models for control in CONTROLS)


RECIPES = (
    Recipe(
        "ewt-dev",
        "UD English EWT dev",
        ("minilm", "smollm2"),
        lambda data: read_pairs(data / EWT).pairs,
        "single",
        "Universal Dependencies, UD_English-EWT, dev",
        TREEBANK,
        (*EVERYTHING, *OF_TRAINED, "matches"),
        left_out={"ablation": controls_of("smollm2")}
        | dict.fromkeys(("knockouts", "patching", *OF_TRAINED), controls_of("minilm", "smollm2")),
    ),
    Recipe(
        "ewt-dev-en-zh",
        "UD English EWT dev → zh",
        ("marian-en-zh",),
        lambda data: translated("marian-en-zh", read_pairs(data / EWT).pairs),
        "translated",
        "Universal Dependencies, UD_English-EWT, dev",
        TREEBANK,
        EVERYTHING,
    ),
    Recipe(
        "gsdsimp-dev-zh-en",
        "UD Chinese GSDSimp dev → en",
        ("marian-zh-en",),
        lambda data: translated("marian-zh-en", read_pairs(data / GSD).pairs),
        "translated",
        "Universal Dependencies, UD_Chinese-GSDSimp, dev",
        TREEBANK,
        EVERYTHING,
    ),
    Recipe(
        "examples-en",
        "Examples en",
        ("minilm", "smollm2"),
        lambda _data: example_pairs("english", "english_next"),
        "written",
        measures=ROLES,
        own=True,
    ),
    Recipe(
        "examples-en-zh",
        "Examples en → zh",
        ("marian-en-zh",),
        lambda _data: example_pairs("english", "chinese"),
        "written",
        measures=ROLES,
        own=True,
    ),
    Recipe(
        "examples-zh-en",
        "Examples zh → en",
        ("marian-zh-en",),
        lambda _data: example_pairs("chinese", "english"),
        "written",
        measures=ROLES,
        own=True,
    ),
    Recipe(
        "templates-zh",
        "虽然……但是, zh",
        ("marian-zh-en",),
        lambda _data: translated("marian-zh-en", [template.record for template in templates("zh")]),
        "templates",
        measures=("basic", "relations"),
        own=True,
    ),
    Recipe(
        "documents-en",
        "Documents and summaries, en",
        ("smollm2",),
        lambda _data: document_pairs("en"),
        "written",
        measures=("basic", "segments"),
        own=True,
    ),
)


def translated(name: str, records: Sequence[PairRecord]) -> list[PairRecord]:
    """Each sentence with what the model writes for it, so that its random controls are fed the same words.

    A sentence to which it writes nothing, or which is too long for it, is left out.
    """
    model = load(name)
    pairs = []
    for record in records:
        with suppress(Problem):
            pairs.append(
                replace(
                    record, pair=replace(record.pair, target=prepare_inputs(model, record.pair).sentences["b"].text)
                )
            )
    return pairs


def ship(recipe: Recipe, data: Path, working: Path) -> None:
    """Measure in the folder ``working``, where work that was stopped goes on, and keep the tables."""
    models = [name + suffix for name in recipe.models for suffix in ("", *CONTROLS)]
    folder = working / recipe.key
    for name, study in ALL_STUDIES.items():
        STUDIES[name] = _only_of(study, [model for model in models if model not in recipe.left_out.get(name, ())])
    run = analyze(models, recipe.pairs(data), out=folder, measures=recipe.measures, keep_sentences=recipe.own)
    write_table(folder / DIFFERENCES, differences(run, recipe.models))
    about = About(
        recipe.name,
        datetime.now(UTC).isoformat(timespec="seconds"),
        run.models,
        run.manifest.measures,
        run.manifest.pairs,
        recipe.pairing,
        recipe.source,
        recipe.licence,
    )
    write_about(folder, about)
    left = ("sums", "parts", ".*") if recipe.own else ("sums", "parts", ".*", "items.parquet")
    shutil.copytree(folder, SHIPPED / recipe.key, ignore=shutil.ignore_patterns(*left))
    for table in (SHIPPED / recipe.key).glob("*.parquet"):
        if table.stem != "skipped" and not len(pd.read_parquet(table)):
            table.unlink()  # nothing to say, such as of heads two by two where no model has a loss
    if recipe.own and run.has("items"):
        rows = run.items
        write_table(SHIPPED / recipe.key / "items.parquet", rows[~rows["model"].map(is_control).astype(bool)])
    for name in ROUNDED:
        if run.has(name) and len(table := run.table(name)):
            write_table(SHIPPED / recipe.key / f"{name}.parquet", rounded(table))


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """In single precision, which holds so many decimals."""
    numbers = table.select_dtypes("float").columns
    return table.round(DECIMALS).astype(dict.fromkeys(numbers, "float32"))


def _only_of(study: Study, models: Sequence[str]) -> Study:
    """The study, which has no rows about any other model."""

    def measure(given: StudyInput) -> Tables:
        if given.model.name in models:
            return study.measure(given)
        return {table: pd.DataFrame(columns=["model"]) for table in study.tables}

    return replace(study, measure=measure)


def differences(run: Run, models: Sequence[str]) -> pd.DataFrame:
    """Each model and its random controls, both ways round, with paired intervals."""
    controls = [(name, with_control(name, control)) for name in models for control in CONTROLS]
    ordered = [pair for name, control in controls for pair in ((control, name), (name, control))]
    return pd.concat([run.difference(*pair) for pair in ordered], ignore_index=True)


if __name__ == "__main__":
    for recipe in RECIPES:
        if not (SHIPPED / recipe.key).exists():
            ship(recipe, *(Path(argument) for argument in sys.argv[1:]))
