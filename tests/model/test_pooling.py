"""Folders of sentence-transformers: the transformer inside is the model, and its own pooling makes the vector."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hub_server import COMMIT, hub
from huggingface_hub import constants
from safetensors.torch import save_file
from tiny import config, put_tokenizer
from transformers import BertModel

import mhattn_core as mh
from mhattn_core.attention.objectives import outcome, tasks
from mhattn_core.attention.sentence_vectors import pooled, sentence_vector
from mhattn_core.models.pooling import pooling_of, transformer_folder

FLAGS = {
    "mean": "pooling_mode_mean_tokens",
    "cls": "pooling_mode_cls_token",
    "last": "pooling_mode_lasttoken",
    "max": "pooling_mode_max_tokens",
    "weightedmean": "pooling_mode_weightedmean_tokens",
    "mean_sqrt_len": "pooling_mode_mean_sqrt_len_tokens",
}
TEXTS = ["The cat sleeps.", "Rain fell on quiet villages all day."]


def put_sentence_transformer(folder: Path, pooling: dict[str, object], inside: str = "", **more: str) -> Path:
    torch.manual_seed(0)
    BertModel(config()).save_pretrained(put_tokenizer(folder / inside))
    kinds = {"Transformer": inside, "Pooling": "1_Pooling", **more, "Normalize": "9_Normalize"}
    modules = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for kind, path in kinds.items()]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    return folder


def by_hand(states: torch.Tensor, pooling: str) -> torch.Tensor:
    """Of one text alone."""
    places = torch.arange(1, len(states) + 1)[:, None]
    return {
        "mean": states.mean(dim=0),
        "cls": states[0],
        "last": states[-1],
        "max": states.max(dim=0).values,
        "weightedmean": (states * places).sum(dim=0) / places.sum(),
        "mean_sqrt_len": states.sum(dim=0) / len(states) ** 0.5,
    }[pooling]


@pytest.mark.parametrize("inside", ["", "0_Transformer"])
@pytest.mark.parametrize("pooling", FLAGS)
def test_its_own_pooling(pooling: str, inside: str, tmp_path: Path) -> None:
    told = {flag: flag == FLAGS[pooling] for flag in FLAGS.values()} | {"word_embedding_dimension": 24}
    model = mh.load(str(put_sentence_transformer(tmp_path / "st", told, inside)), "cpu")
    assert model.pooling == (pooling,)
    found, problems = tasks(model, [mh.SentencePair(text) for text in TEXTS])
    assert not problems
    for task in found:
        vectors = outcome(model, task)(model.network, 1)
        for row, vector in zip(task.rows, vectors, strict=True):
            text = TEXTS[row.number]
            # By hand, of each text alone, from plain transformers' states.
            states = model.network(**model.tokenizer(text, return_tensors="pt")).last_hidden_state[0]
            expected = by_hand(states, pooling)
            expected = (expected / expected.norm()).detach().numpy()
            np.testing.assert_allclose(vector.detach().numpy(), expected, atol=1e-5)
            np.testing.assert_allclose(sentence_vector(model, text), expected, atol=1e-5)


def test_padding_on_either_side_is_passed_over() -> None:
    states = torch.arange(24, dtype=torch.float32).reshape(2, 4, 3)
    real = torch.tensor([[False, True, True, False], [True, True, False, False]])
    for pooling, places in (("cls", (1, 0)), ("last", (2, 1))):
        expected = torch.stack([states[row, place] for row, place in enumerate(places)])
        torch.testing.assert_close(pooled(states, real, pooling), expected)
    torch.testing.assert_close(pooled(states, real, "max"), torch.stack([states[0, 2], states[1, 1]]))
    weighted = torch.stack([(states[0, 1] + 2 * states[0, 2]) / 3, (states[1, 0] + 2 * states[1, 1]) / 3])
    torch.testing.assert_close(pooled(states, real, "weightedmean"), weighted)


def test_several_poolings_and_a_dense_layer_behind_them(tmp_path: Path) -> None:
    """As LaBSE has it, but of two poolings."""
    told = {FLAGS["mean_sqrt_len"]: True, FLAGS["cls"]: True}
    folder = put_sentence_transformer(tmp_path / "st", told, Dense="2_Dense")
    weight, bias = torch.randn(5, 48, generator=torch.Generator().manual_seed(1)), torch.arange(5.0)
    (folder / "2_Dense").mkdir()
    told = {"in_features": 48, "out_features": 5, "activation_function": "torch.nn.modules.activation.Tanh"}
    (folder / "2_Dense" / "config.json").write_text(json.dumps(told))
    with pytest.raises(mh.Problem, match="only there as a pickle"):
        mh.load(str(folder), "cpu")
    save_file({"linear.weight": weight, "linear.bias": bias}, folder / "2_Dense" / "model.safetensors")
    model = mh.load(str(folder), "cpu")
    states = model.network(**model.tokenizer(TEXTS[1], return_tensors="pt")).last_hidden_state[0]
    both = torch.cat([by_hand(states, "cls"), by_hand(states, "mean_sqrt_len")])
    expected = torch.tanh(weight @ both + bias)
    found = sentence_vector(model, TEXTS[1])
    np.testing.assert_allclose(found, (expected / expected.norm()).detach().numpy(), atol=1e-5)
    assert mh.analyze([model], [mh.SentencePair(text) for text in TEXTS], out=tmp_path / "run", measures=("ablation",))


def test_what_is_not_said_is_the_mean_and_what_is_unknown_is_refused(tmp_path: Path) -> None:
    assert pooling_of("m", tmp_path)[0] == ("mean",)
    folder = put_sentence_transformer(tmp_path / "st", {"pooling_mode": "cls"})
    assert pooling_of("m", folder)[0] == ("cls",)
    for said in ("[", "{}"):
        (folder / "1_Pooling" / "config.json").write_text(said)
        assert pooling_of("m", folder)[0] == ("mean",)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_attention_tokens": True}))
    with pytest.raises(mh.Problem, match="by “pooling_mode_attention_tokens”, which is not known"):
        mh.load(str(folder), "cpu")
    folder = put_sentence_transformer(tmp_path / "cnn", {"pooling_mode": "mean"}, CNN="2_CNN")
    with pytest.raises(mh.Problem, match="by “CNN”"):
        mh.load(str(folder), "cpu")


def test_the_oldest_layout_on_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transformer in 0_Transformer, and nothing but modules.json above it; then without a connection."""
    folder = put_sentence_transformer(tmp_path / "st", {FLAGS["max"]: True}, "0_Transformer")
    expected = sentence_vector(mh.load(str(folder), "cpu"), TEXTS[0])
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    with hub({"org/old": folder}) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.address)
        model = mh.load("org/old", "cpu")
    assert model.revision == COMMIT
    assert model.pooling == ("max",)
    np.testing.assert_allclose(sentence_vector(model, TEXTS[0]), expected, atol=1e-6)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert mh.load("org/old", "cpu").revision == COMMIT


def test_a_module_outside_the_folder_is_none(tmp_path: Path) -> None:
    BertModel(config()).save_pretrained(tmp_path / "other")
    folder = tmp_path / "st"
    folder.mkdir()
    modules = [{"path": "../other", "type": "sentence_transformers.models.Transformer"}]
    (folder / "modules.json").write_text(json.dumps(modules))
    assert transformer_folder(folder) == folder
    with pytest.raises(mh.Problem, match="no model in the folder"):
        mh.load(str(folder), "cpu")
