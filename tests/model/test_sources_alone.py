"""A file of sources alone, with an encoder, a translator and its random controls, and what can be measured of them."""

import pandas as pd
import pytest
from tiny import put_model

import mhattn_core as mh
from mhattn_core.models.control_names import CONTROLS, with_control
from mhattn_core.runs.relations import control_part
from mhattn_core.runs.run import sums_file
from mhattn_core.runs.sums import ModelSums
from mhattn_core.runs.work import MEASURABLE

SOURCES = [
    "Although the weather is bad, we still want to go out.",
    "The keys that the old man lost yesterday are on the table.",
    "The quick brown fox jumps over the lazy dog.",
    "A child is playing football in the park.",
    "My sister sold her blue bicycle last week.",
    "Nobody in the village remembered who had planted the trees.",
    "The letter arrived late, so the lawyer could not answer it.",
    "Two boats left the harbour at dawn.",
    "I read a book in the library, but I forgot its title.",
    "The old teacher walks to school every morning with his dog.",
    "Because the road was closed, we came home very late.",
    "She bought three red apples at the market.",
]
TRANSLATOR = "marian-en-zh"


@pytest.fixture(
    scope="module",
    params=[("basic", "patterns", "matches"), pytest.param(MEASURABLE, marks=pytest.mark.slow)],
    ids=["some", "all"],
)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> mh.Run:
    folder = tmp_path_factory.mktemp("sources")
    encoder = str(put_model(folder / "encoder"))
    pd.DataFrame({"source": SOURCES}).to_csv(folder / "pairs.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(control_part.__kwdefaults__, "networks", 2)
        names = [encoder, TRANSLATOR, *(with_control(TRANSLATOR, control) for control in CONTROLS)]
        return mh.analyze(names, folder / "pairs.csv", out=folder / "run", measures=request.param, device="cpu")


def test_all_of_it_ends_well(run: mh.Run) -> None:
    assert run.skipped.empty
    for name in run.models:
        heads = run.heads[run.heads["model"] == name]
        assert (heads.groupby("measure")["n"].max() > 0).any()
    matched = run.table("matches")[["model_a", "model_b"]].drop_duplicates()
    assert set(matched.itertuples(index=False, name=None)) >= {(run.models[0], TRANSLATOR)}


def target_words(run: mh.Run, name: str) -> float:
    """How many words of second sentences a model was shown, over all pairs."""
    sums = ModelSums.load(sums_file(run.folder, run.models.index(name)))
    start = 0
    for entry in sums.layout:
        if (entry.stack, entry.name, entry.layer) == ("cross", "special_mass", 0):
            return float(sums.groups[""].folds[:, start + entry.parts - 1].sum())
        start += entry.heads * entry.parts
    raise LookupError(name)


def test_controls_are_shown_the_words_that_the_translator_writes(run: mh.Run) -> None:
    written = target_words(run, TRANSLATOR)
    assert 5 * len(SOURCES) < written < 20 * len(SOURCES)
    assert [target_words(run, with_control(TRANSLATOR, control)) for control in CONTROLS] == [written, written]
