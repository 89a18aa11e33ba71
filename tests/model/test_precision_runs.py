"""Runs of models whose weights are less precise: what is kept apart, and what stays float32."""

import json
from pathlib import Path

import numpy as np
import pytest
from cases import family_named, word_tokenizer

import mhattn_core as mh
from mhattn_core.runs.work import MEASURABLE

PAIRS = [mh.SentencePair(f"the dog sees a cat {word} and", f"a cat runs {word}") for word in ("home", "the", "sees")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    family_named("llama").build("eager").save_pretrained(tmp_path / "model")
    word_tokenizer().save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def test_precisions_are_never_in_one_run(folder: Path, tmp_path: Path) -> None:
    usual, other = (
        mh.analyze([str(folder)], PAIRS, out=tmp_path / dtype, dtype=dtype, device="cpu")
        for dtype in ("float32", "bfloat16")
    )
    assert usual.id != other.id
    ((_name, revision),) = other.manifest.models
    assert revision == usual.manifest.models[0][1] + "+bfloat16"
    assert revision == mh.load(str(folder), "cpu", dtype="bfloat16").revision
    values, plain = (run.heads.set_index(["measure", "layer", "head", "group"])["value"] for run in (other, usual))
    assert (values != plain).any()
    np.testing.assert_allclose(values, plain, atol=0.05)
    with pytest.raises(mh.Problem, match="what differs: the models"):
        mh.analyze([str(folder)], PAIRS, out=tmp_path / "float32", dtype="bfloat16", device="cpu")


def test_auto_is_the_type_of_the_files(folder: Path, tmp_path: Path) -> None:
    assert mh.load(str(folder), "cpu", dtype="auto").revision == mh.load(str(folder), "cpu").revision
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"dtype": "bfloat16"}), encoding="utf-8")
    model = mh.load(str(folder), "cpu", dtype="auto")
    assert str(model.network.dtype) == "torch.bfloat16"
    assert mh.analyze([str(folder)], PAIRS, out=tmp_path / "run", dtype="auto", device="cpu").manifest.models == (
        (str(folder), model.revision),
    )
    control = mh.load(f"{folder}@shuffled", "cpu", dtype="auto")
    assert control.revision == f"{model.revision}@shuffled"


def test_every_measure_can_be_had_of_half_precision(folder: Path, tmp_path: Path) -> None:
    run = mh.analyze(
        [str(folder)], PAIRS * 2, out=tmp_path / "run", measures=MEASURABLE, dtype="bfloat16", device="cpu"
    )
    assert run.manifest.finished
    assert np.isfinite(run.heads.query("measure == 'entropy'")["value"]).all()
