"""Folders of sentence-transformers: the transformer inside is the model, and its own pooling makes the vector."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import config, put_tokenizer
from transformers import BertModel

import mhattn_core as mh
from mhattn_core.attention.objectives import outcome, tasks
from mhattn_core.attention.sentence_vectors import pooled, sentence_vector
from mhattn_core.models.pooling import pooling_of, transformer_folder

FLAGS = {"mean": "pooling_mode_mean_tokens", "cls": "pooling_mode_cls_token", "last": "pooling_mode_lasttoken"}
TEXTS = ["The cat sleeps.", "Rain fell on quiet villages all day."]


def put_sentence_transformer(folder: Path, pooling: dict[str, object], inside: str = "") -> Path:
    torch.manual_seed(0)
    BertModel(config()).save_pretrained(put_tokenizer(folder / inside))
    kinds = {"Transformer": inside, "Pooling": "1_Pooling", "Normalize": "2_Normalize"}
    modules = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for kind, path in kinds.items()]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    return folder


@pytest.mark.parametrize("inside", ["", "0_Transformer"])
@pytest.mark.parametrize("pooling", FLAGS)
def test_its_own_pooling(pooling: str, inside: str, tmp_path: Path) -> None:
    told = {flag: flag == FLAGS[pooling] for flag in FLAGS.values()} | {"word_embedding_dimension": 24}
    model = mh.load(str(put_sentence_transformer(tmp_path / "st", told, inside)), "cpu")
    assert model.pooling == pooling
    found, problems = tasks(model, [mh.SentencePair(text) for text in TEXTS])
    assert not problems
    for task in found:
        vectors = outcome(model, task)(model.network, 1)
        for row, vector in zip(task.rows, vectors, strict=True):
            text = TEXTS[row.number]
            # By hand, of each text alone, from plain transformers' states.
            states = model.network(**model.tokenizer(text, return_tensors="pt")).last_hidden_state[0]
            expected = {"mean": states.mean(dim=0), "cls": states[0], "last": states[-1]}[pooling]
            expected = (expected / expected.norm()).detach().numpy()
            np.testing.assert_allclose(vector.detach().numpy(), expected, atol=1e-5)
            np.testing.assert_allclose(sentence_vector(model, text), expected, atol=1e-5)


def test_padding_on_either_side_is_passed_over() -> None:
    states = torch.arange(24, dtype=torch.float32).reshape(2, 4, 3)
    real = torch.tensor([[False, True, True, False], [True, True, False, False]])
    for pooling, places in (("cls", (1, 0)), ("last", (2, 1))):
        expected = torch.stack([states[row, place] for row, place in enumerate(places)])
        torch.testing.assert_close(pooled(states, real, pooling), torch.nn.functional.normalize(expected))


def test_what_is_not_said_or_is_of_another_kind_is_the_mean(tmp_path: Path) -> None:
    assert pooling_of(tmp_path) == "mean"
    folder = put_sentence_transformer(tmp_path / "max", {"pooling_mode_max_tokens": True})
    assert pooling_of(folder) == "mean"
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode": "cls"}))
    assert pooling_of(folder) == "cls"
    (folder / "1_Pooling" / "config.json").write_text("[")
    assert pooling_of(folder) == "mean"


def test_a_module_outside_the_folder_is_none(tmp_path: Path) -> None:
    BertModel(config()).save_pretrained(tmp_path / "other")
    folder = tmp_path / "st"
    folder.mkdir()
    modules = [{"path": "../other", "type": "sentence_transformers.models.Transformer"}]
    (folder / "modules.json").write_text(json.dumps(modules))
    assert transformer_folder(folder) == folder
    with pytest.raises(mh.Problem, match="no model in the folder"):
        mh.load(str(folder), "cpu")
