"""Redundancy and Fault tolerance of models with next to no heads, and of a sentence of one word: told in words, never
broken off.
"""

import pytest
import torch
from reading import open_page, texts
from streamlit.testing.v1 import AppTest
from tiny import put_tokenizer
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM

SIZES = {"vocab_size": 30522, "hidden_size": 24, "intermediate_size": 16, "num_hidden_layers": 1}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An encoder with two heads, and a causal model with one."""
    folder = tmp_path_factory.mktemp("few")
    torch.manual_seed(0)
    BertModel(BertConfig(**SIZES, num_attention_heads=2)).save_pretrained(put_tokenizer(folder / "two"))
    LlamaForCausalLM(LlamaConfig(**SIZES, num_attention_heads=1)).save_pretrained(put_tokenizer(folder / "one"))
    return {"one": str(folder / "one"), "two": str(folder / "two"), "minilm": "minilm"}


def page(name: str, tab: str, model: str, text: str = "The cat sits on the mat.") -> AppTest:
    return open_page(name, models=model, tab=tab, source=text, target="")


@pytest.mark.parametrize("which", ["one", "two"])
@pytest.mark.parametrize(
    ("tab", "says"),
    [
        ("bench", {"one": "It goes on after", "two": "vector turns by"}),
        (
            "heads",
            {
                "one": "heads these have the largest ablation effect",
                "two": "heads these have the largest ablation effect",
            },
        ),
        ("safe", dict.fromkeys(("one", "two"), "A comparison needs three heads or more")),
        ("curve", dict.fromkeys(("one", "two"), "alone the only layer stands at")),
        ("vote", {"one": "none is left to vote", "two": "Without the one that looks hardest at fox"}),
    ],
)
def test_fault_tolerance(models: dict[str, str], tab: str, which: str, says: dict[str, str]) -> None:
    app = page("fault_tolerance", tab, models[which])
    said = texts(app)
    assert says[which] in said
    assert "nan" not in said


@pytest.mark.parametrize(
    ("tab", "says"),
    [
        ("matrix", "Of 1 pairs of heads|None of the 1 pairs"),
        ("map", "A map needs three heads or more"),
        ("groups", "too few heads, or all are equally far apart"),
        ("table", "1 pairs of heads"),
    ],
)
def test_redundancy_of_two_heads(models: dict[str, str], tab: str, says: str) -> None:
    said = texts(page("redundancy", tab, models["two"]))
    assert any(part in said for part in says.split("|"))
    assert "nan" not in said


def test_one_head_has_no_other(models: dict[str, str]) -> None:
    app = page("redundancy", "matrix", models["one"])
    assert not app.exception
    assert "has one head in its decoder, and no other to compare it with" in app.info[0].value.replace("\\", "")
    assert not app.error


def test_one_word(models: dict[str, str]) -> None:
    """All heads give it all that they give to words: nobody is near by the spread of attention, and correlation is not
    known.
    """
    app = page("redundancy", "groups", models["minilm"], "Tea")
    assert "too few heads, or all are equally far apart" in texts(app)
    app.query_params["by"] = "correlation"
    app.run()
    assert not app.exception
    assert "Every head gives all of these words the same" in texts(app)
    assert not app.error
    said = texts(page("fault_tolerance", "safe", models["minilm"], "Tea"))
    assert "equally far from their nearest" in said


def test_one_word_has_no_difference_of_what_it_has_no_value_of() -> None:
    app = open_page("compare_models", models=["minilm", "minilm@random"], tab="difference", source="Tea", target="")
    assert "There is no value of this measure here." in texts(app)
    assert not app.error
