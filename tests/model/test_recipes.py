"""What CONTRIBUTING.md says about adding a relation, a measure, a study with a view, a model and a page, followed to
the letter in a copy of the project: only the files that it names are touched.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tiny import put_model

ROOT = Path(__file__).parents[2]

RELATION = '''

@relation("made_up", "position", source="made up for a test", control=same_distance)
def made_up(sentence: AnnotatedSentence) -> Iterator[Item]:
    """From the last word to the first."""
    yield len(sentence.words) - 1, 0
'''

MEASURE = '''
"""The weight of the first word."""

from torch import Tensor, stack

from mhattn_core.arrays.word_layer import WordLayer


def made_up(layer: WordLayer) -> dict[str, Tensor]:
    first, words = layer.pattern[..., 0], layer.axes.query_mask[:, None]
    return {"made_up": stack([(first * words).sum(dim=-1), words.sum(dim=-1).expand(first.shape[:2])], dim=-1)}
'''

RECORD = """
[family.made_up]
title.en = "made up"
title.zh = "虚构"
says.en = "the weight of the first word"
says.zh = "第一个词的权重"

[quantity.made_up]
family = "made_up"
range = "[0, 1]"
direction = "highest"
title.en = "weight of the first word"
title.zh = "第一个词的权重"
says.en = "The weight of the first word, on average over words."
says.zh = "第一个词的权重，对各词取平均。"
reads.en = "From 0 to 1."
reads.zh = "从 0 到 1。"
"""

STUDY = '''
"""How many words each head was shown."""

import pandas as pd

from mhattn_core.runs.study import Study, StudyInput, Tables


def _measure(given: StudyInput) -> Tables:
    words = sum(len(record.pair.a.words) for record in given.records)
    heads = [(head.stack, head.layer, head.head) for head in given.model.attention.all_heads()]
    table = pd.DataFrame(heads, columns=["stack", "layer", "head"])
    given.tell(len(given.records))
    return {"words_shown": table.assign(model=given.model.name, value=float(words), n=len(given.records))}


WORDS_SHOWN = Study(("words_shown",), _measure)
'''

STUDY_RECORD = """
[family.words_shown]
title.en = "words shown"
title.zh = "见过的词"
says.en = "how many words each head was shown"
says.zh = "每个头见过多少词"

[quantity."words_shown.value"]
family = "words_shown"
range = "[0, ∞)"
direction = "highest"
title.en = "words shown"
title.zh = "见过的词"
says.en = "The number of words that a head was shown."
says.zh = "一个头见过的词数。"
reads.en = "The same for all heads."
reads.zh = "所有头都一样。"
"""

FINDING = '''
"""How many words each head of a run was shown."""

from functools import partial

from mhattn_core import charts
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import model_of
from mhattn_core.findings.value import Finding
from mhattn_core.runs.run import Run


@of_run("words_shown")
def words_shown(run: Run, *, model: str = "") -> Finding:
    """A cell a head of one model."""
    rows = run.table("words_shown", model=model_of(run, model)).assign(measure="words_shown")
    draw = partial(charts.head_grid, rows, measure="words_shown", title="words")
    said = f"Each head was shown {rows['value'].iloc[0]:.0f} words."
    return Finding("words_shown", said, rows, draw, "All cells are alike.", int(rows["n"].iloc[0]))
'''

ENTRY = """
[made-up]
title = "A model made up for a test"
family = "bert"
layers = 2
heads = 3
size_mb = 1
languages = ["en"]
licence = "none"
gated = false
bundled = "made-up"
"""

PAGE = '''
"""A page made up for a test."""

import streamlit as st

from mhattn_core.ui.page import page
from mhattn_core.ui.sidebar import sidebar

controls = sidebar("Made up")
page("Made up", "Does a page need more than its file and its place in the menu?")
st.write(f"models: {controls.models}")
'''

SCRIPT = """
import sys
from pathlib import Path

import numpy as np
from typer.testing import CliRunner
from streamlit.testing.v1 import AppTest

import mhattn_core as mh
from mhattn_core.cli import command
from mhattn_core.measures.quantities import axis_title, families
from mhattn_core.runs.work import MEASURABLE
from mhattn_core.text.annotation import annotate
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations import RELATIONS, find_items, meaning, relation_label

root = Path(sys.argv[1])
assert Path(mh.__file__).is_relative_to(root)

# The model: in the list, loaded by its name.
row = mh.catalogue().set_index("name").loc["made-up"]
assert (row["layers"], row["heads"], row["present"]) == (2, 3, True)
model = mh.load("made-up", device="cpu")
assert mh.attend(model, mh.SentencePair("The cat sat.")).pattern("encoder").shape[:2] == (2, 3)

# The relation: found, named, and measured by a run.
records = [PairRecord(str(n), mh.SentencePair("The cat sat " + "down " * n), n) for n in range(1, 4)]
items = find_items(annotate(records, parser=False), [RELATIONS["made_up"]])
assert list(zip(items.query.tolist(), items.key.tolist())) == [(3, 0), (4, 0), (5, 0)]
assert (relation_label("made_up"), meaning("made_up")) == ("last → first", "The last word and the first.")

# The measure: the mean weight of the first word over all words.
measures = ["made_up", "relations", "words_shown"]
run = mh.analyze(["made-up"], records, out=root / "run", measures=measures)
heads = run.heads.query("measure == 'made_up' and group == ''").sort_values(["layer", "head"])
grids = [mh.attend(model, record.pair).words("encoder").pattern for record in records]
total, words = sum(grid[..., 0].sum(axis=-1) for grid in grids), sum(grid.shape[-1] for grid in grids)
np.testing.assert_allclose(heads["value"].to_numpy().reshape(2, 3), total / words, atol=1e-5)
assert "made_up" in set(run.table("relations")["relation"])
assert axis_title("made_up") == "weight of the first word"
assert {name for name, family in families().items() if family.of_runs} == set(MEASURABLE)

# The study with a view: measured, said, drawn, and found by its name on the command line and in the opened run.
said = "Each head was shown 15 words."
assert mh.finding(run, "words_shown").sentence == said
assert mh.finding(run, "words_shown").chart.to_dict()
printed = CliRunner().invoke(command, ["show", str(root / "run"), "words_shown"])
assert said in printed.output, printed.output
assert said in [one.sentence for one in mh.all_findings(run)]

# The page: in the menu under its title, opened by its file.
app = AppTest.from_string((root / "dashboard.py").read_text(), default_timeout=300)
app.switch_page(str(root / "pages" / "made_up.py")).run()
assert not app.exception, app.exception
assert [title.value for title in app.title] == ["Made up"]
assert any("minilm" in part.value for part in app.markdown)
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project without its tests, its runs and its weights, which are links."""
    shutil.copytree(
        ROOT / "mhattn_core",
        tmp_path / "mhattn_core",
        # What is compiled already is taken along: a copy keeps the time at which each file was written.
        ignore=shutil.ignore_patterns("bundled", "shipped", "*.egg-info"),
    )
    shutil.copytree(ROOT / "pages", tmp_path / "pages", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "dashboard.py", tmp_path)
    bundled = tmp_path / "mhattn_core/models/bundled"
    bundled.mkdir()
    for folder in (ROOT / "mhattn_core/models/bundled").iterdir():
        (bundled / folder.name).symlink_to(folder)
    (tmp_path / "mhattn_core/runs/shipped").symlink_to(ROOT / "mhattn_core/runs/shipped")
    return tmp_path


def insert(file: Path, *, before: str, text: str) -> None:
    content = file.read_text(encoding="utf-8")
    assert content.count(before) == 1, f"{file} has not one {before}"
    file.write_text(content.replace(before, text + before), encoding="utf-8")


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_the_recipes_are_true(copy: Path) -> None:
    core = copy / "mhattn_core"
    # A relation: a function among those of its group, and its names.
    append(core / "text/relations/position.py", RELATION)
    names = core / "text/relations/names.py"
    insert(names, before='"rare_word": _("rarest word"),', text='"made_up": _("last → first"),\n        ')
    insert(names, before='"rare_word": _("Each word', text='"made_up": _("The last word and the first."),\n        ')
    # A measure of a run: a file, a line in MEASURES, and its record with its family.
    (core / "measures/made_up.py").write_text(MEASURE)
    measures = core / "measures/measure.py"
    insert(
        measures,
        before="from mhattn_core.measures.patterns.sums",
        text="from mhattn_core.measures.made_up import made_up\n",
    )
    insert(measures, before='"patterns": Measure(', text='"made_up": Measure(made_up), ')
    append(core / "measures/quantities.toml", RECORD)
    # A study with a view: its file, its records, what is said of its table, and the line of that.
    (core / "runs/studies/words_shown.py").write_text(STUDY)
    append(core / "measures/quantities.toml", STUDY_RECORD)
    (core / "findings/heads/words_shown.py").write_text(FINDING)
    findings = core / "findings/__init__.py"
    insert(
        findings,
        before="from mhattn_core.findings.of_run import",
        text="from mhattn_core.findings.heads.words_shown import words_shown\n",
    )
    insert(findings, before="head_grid,\n        distributions", text="words_shown,\n        ")
    # A model: an entry, and here its folder.
    append(core / "models/catalogue.toml", ENTRY)
    put_model(core / "models/bundled/made-up")
    # A page: its script, and its entry in the menu.
    (copy / "pages/made_up.py").write_text(PAGE)
    insert(
        core / "text/pages.py",
        before='Entry("Methods", _("Methods"), learn)',
        text='Entry("Made up", _("Made up"), learn),\n        ',
    )
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(copy)], cwd=copy, env=os.environ | {"PYTHONPATH": str(copy)}, check=True
    )
