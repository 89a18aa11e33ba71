"""The studies “fusion” and “probes” of a run, as it keeps them."""

from pathlib import Path

import numpy as np

import mhattn_core as mh
from mhattn_core.measures.fusion.tables import HEADS, LAYERS
from mhattn_core.measures.probing import table
from mhattn_core.runs.studies import STUDIES
from mhattn_core.runs.study import Corpus, StudyInput
from mhattn_core.text.examples import example_pairs


def test_what_heads_add_over_a_run(minilm: mh.Model, tmp_path: Path) -> None:
    records = example_pairs("english", "english_next")[:30]
    run = mh.analyze([minilm], records, out=tmp_path / "run", measures=("basic", "fusion"))
    heads, layers = run.table("fusion"), run.table("fusion_layers")
    assert list(heads) == list(HEADS)
    assert list(layers) == list(LAYERS)
    assert len(heads) == 3 * 72
    assert heads["n"].unique().tolist() == [30]
    shares = heads[heads["measure"] == "share"].groupby("layer")["value"].sum()
    np.testing.assert_allclose(shares, 1, atol=1e-6)
    assert layers["value"].between(1, 12).all()


def test_both_studies_say_how_far_they_are(minilm: mh.Model) -> None:
    records = example_pairs("english", "english_next")[:4]
    for name in ("fusion", "probes"):
        told: list[int] = []
        tables = STUDIES[name].measure(StudyInput.here(minilm, Corpus(records), told.append))
        assert tuple(tables) == STUDIES[name].tables
        assert sum(told) == len(records)
    # Too few words for any class: the tables are there, and empty.
    assert list(tables["probes"]) == list(table.HEADS)
    assert tables["probe_means"].empty
