"""A model that can read none of the pairs has no rows, says why, and takes no other model's with it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import torch
from tiny import config, put_model, put_tokenizer, put_translator
from transformers import BertForSequenceClassification, GPT2Config, GPT2LMHeadModel

import mhattn_core as mh
from mhattn_core.models.random_control import random_control
from mhattn_core.runs import studies
from mhattn_core.runs.match_features import Features, Shared
from mhattn_core.runs.relations import control_part
from mhattn_core.runs.study import Corpus
from mhattn_core.runs.work import MEASURABLE
from mhattn_core.text.contrasts import contrasts
from mhattn_core.text.minimal_pairs import minimal_pairs
from mhattn_core.text.reading import PairRecord

TOO_SHORT = 3
PAIRS = [
    mh.SentencePair(f"The {who} sat on the {where}.", f"It was very {how}.")
    for who, where, how in (
        ("cat", "mat", "tired"),
        ("dog", "hill", "big"),
        ("old man", "table", "small"),
        ("hen", "roof", "loud"),
    )
]
SUMMARISED = mh.SentencePair("The cat sat.\n\nThe dog ran.", "The cat sat down.")


def put_encoder(folder: Path) -> None:
    put_model(folder)


def put_classifier(folder: Path) -> None:
    BertForSequenceClassification(config()).save_pretrained(put_tokenizer(folder))


def put_causal(folder: Path) -> None:
    GPT2LMHeadModel(GPT2Config(vocab_size=30522, n_embd=24, n_layer=2, n_head=3, bos_token_id=101)).save_pretrained(
        put_tokenizer(folder)
    )


def put_marian(folder: Path) -> None:
    put_translator(folder, "marian")


def rows_of(run: mh.Run, model: str) -> dict[str, pd.DataFrame]:
    """A model's rows in every table of a run."""
    tables = {
        path.stem: run.table(path.stem)
        for path in run.folder.glob("*.parquet")
        if path.stem not in ("pairs", "skipped")
    }
    return {
        name: table[table["model"] == model].reset_index(drop=True)
        for name, table in tables.items()
        if "model" in table
    }


@pytest.fixture(scope="module", autouse=True)
def _little_beside_the_pairs() -> Iterator[None]:
    """What a control reaches is not asked here, nor are our own sentences; both take longer than all else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(control_part.__kwdefaults__, "networks", 2)
        patch.setattr(studies.minimal_pairs, "minimal_pairs", lambda: minimal_pairs()[::40])
        patch.setattr(studies.patching, "contrasts", lambda: contrasts()[::30])
        yield


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> mh.Run:
    """A run of one model that can read all pairs."""
    folder = tmp_path_factory.mktemp("alone")
    torch.manual_seed(0)
    reads = str(put_model(folder / "reads"))
    return mh.analyze([reads], [*PAIRS, SUMMARISED], out=folder / "run", measures=MEASURABLE, device="cpu")


REFUSERS = {"encoder": put_encoder, "classifier": put_classifier, "causal": put_causal, "marian": put_marian}


@pytest.fixture(scope="module")
def refused(alone: mh.Run, tmp_path_factory: pytest.TempPathFactory) -> mh.Run:
    """The same run beside models of each kind that take fewer tokens than any pair has; what is measured across models
    is asked of every two.
    """
    folder = tmp_path_factory.mktemp("refused")
    for kind, put in REFUSERS.items():
        put(folder / kind)
        settings = json.loads((folder / kind / "tokenizer_config.json").read_text())
        (folder / kind / "tokenizer_config.json").write_text(json.dumps(settings | {"model_max_length": TOO_SHORT}))
    names = [*alone.models, *(str(folder / kind) for kind in REFUSERS)]
    return mh.analyze(names, [*PAIRS, SUMMARISED], out=folder / "run", measures=MEASURABLE, device="cpu")


def test_every_study_goes_on_without_them(refused: mh.Run, alone: mh.Run) -> None:
    (reads,) = alone.models
    expected, found = rows_of(alone, reads), rows_of(refused, reads)
    assert {"heads", "relations", "distances", "ablation", "fusion"} <= expected.keys() <= found.keys()
    for name, table in expected.items():
        # The columns of a table without rows have types of their own.
        pd.testing.assert_frame_equal(found[name], table, obj=name, check_dtype=not table.empty)
    assert refused.table("matches").empty


@pytest.mark.parametrize("kind", REFUSERS)
def test_it_says_why_of_each_pair(kind: str, refused: mh.Run) -> None:
    (name,) = (name for name in refused.models if Path(name).name == kind)
    skipped = refused.skipped[refused.skipped["model"] == name]
    assert len(skipped) == len(PAIRS) + 1
    assert skipped["reason"].str.contains(f"takes {TOO_SHORT}").all()
    assert refused.heads[refused.heads["model"] == name].empty


def test_what_is_measured_of_the_others_is_kept_where_some_sentences_are_refused(tmp_path: Path) -> None:
    """A sentence of ten words that one model is too short for is left out of what heads cost."""
    torch.manual_seed(0)
    folder = put_model(tmp_path / "model")
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"model_max_length": 9}))
    long = mh.SentencePair(
        "She had never seen so many cats in one house.", "It was a very big house with very many cats."
    )
    runs = [
        mh.analyze([str(folder)], pairs, out=tmp_path / name, measures=("ablation",), device="cpu")
        for name, pairs in (("with", [*PAIRS, long]), ("without", PAIRS))
    ]
    tables = [run.table("ablation") for run in runs]
    assert set(tables[0]["quantity"]) == {"displacement", "retrieval"}
    pd.testing.assert_frame_equal(
        *(table.sort_values(["kind", "quantity", "layer", "head"], ignore_index=True) for table in tables)
    )


def test_random_weights_read_what_the_model_writes(tmp_path: Path) -> None:
    # Of these seeds the first writes 219 characters, the second others.
    loaded = mh.load(str(put_translator(tmp_path / "model", "pegasus")), device="cpu")
    model = replace(random_control(loaded, 1), name=loaded.name, writer=None)
    records = [PairRecord(f"p{number}", mh.SentencePair(pair.source), number) for number, pair in enumerate(PAIRS[:2])]
    shared = Shared(Corpus(records), tmp_path)
    own = Features(model.name, lambda _name: model, 0, shared)
    random = random_control(model, 2)
    control = Features(random.name, lambda _name: random, 1, shared)
    for stack in model.stacks:
        assert list(own.patterns[stack]) == list(control.patterns[stack]) == [0, 1]
        for number, text in own.patterns[stack].items():
            assert text.pattern.shape == control.patterns[stack][number].pattern.shape
