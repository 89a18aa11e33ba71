"""What a page cannot do for one model never takes the other models' panels with it."""

import json
from pathlib import Path

import pytest
import torch
from reading import specs
from streamlit.testing.v1 import AppTest
from tiny import put_model, put_tokenizer
from transformers import BertConfig, BertModel
from views import VIEWS, name_of_view, open_view

from mhattn_core.attention.attend import AttentionResult, attend
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair
from mhattn_core.ui import resources

GOOD = "minilm"
ABOUT_ONE = {"inside_a_head-steps", "redundancy-matrix", "fault_tolerance-bench", "summarisation-heads"}
"""Pages that show one model at a time and offer the choice, by their first tab; the others fail before a tab is drawn.
"""
ABOUT_ALL = [
    view for view in VIEWS if view[0] not in {"inside_a_head", "redundancy", "fault_tolerance", "summarisation"}
]
WITHOUT_CHARTS = {
    "translation-gold",
    "summarisation-heads",
    "runs-new",
    "head_roles-patterns-induction",
    "head_roles-patterns-numbers",
    "methods",
}
"""What has no chart with the good model alone either."""
STATE = {"runs": {"chosen-run-pairs": "gallery"}, "home": {"chosen-chapter": "2"}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models that fail, by what is wrong with them; ``odd`` is whole."""
    folder = tmp_path_factory.mktemp("fail")
    torch.manual_seed(0)
    put_model(folder / "odd")
    weights = put_model(folder / "damaged") / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:2000])
    settings = put_model(folder / "quantised") / "config.json"
    config = json.loads(settings.read_text()) | {
        "quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}
    }
    settings.write_text(json.dumps(config))
    short = BertConfig(
        vocab_size=30522,
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=16,
        max_position_embeddings=4,
    )
    BertModel(short).save_pretrained(put_tokenizer(folder / "short"))
    return folder


@pytest.fixture
def odd(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A model with which something happens that nobody foresaw."""
    name = str(folder / "odd")

    def attend_or_break(model: Model, pair: SentencePair) -> AttentionResult:
        if model.name == name:
            raise ArithmeticError("the moon is *full*\nand more")
        return attend(model, pair)

    attend_or_break.clear = lambda: None  # type: ignore[attr-defined]  # as of what Streamlit keeps
    monkeypatch.setattr(resources, "_attend", attend_or_break)
    return name


def opened(view: tuple[str, dict[str, str]], *models: str) -> AppTest:
    return open_view(view, *models, **STATE.get(view[0], {}))


def views(names: set[str]) -> list[tuple[str, dict[str, str]]]:
    return [view for view in VIEWS if name_of_view(view) in names]


def told(app: AppTest) -> list[str]:
    """What is said to be wrong on a page that ran to its end."""
    assert not app.exception, app.exception
    return [error.value.replace("\\", "") for error in app.error]


@pytest.mark.unforeseen
@pytest.mark.parametrize("view", ABOUT_ALL, ids=name_of_view)
def test_what_nobody_foresaw_stays_in_its_models_panel(view: tuple[str, dict[str, str]], odd: str) -> None:
    app = opened(view, odd, GOOD)
    for said in told(app):
        if "foresee" in said:
            assert f"{odd}: ArithmeticError: the moon is *full*" in said
            assert "and more" not in said
            assert "server's log" in said
    assert specs(app) or name_of_view(view) in WITHOUT_CHARTS


@pytest.mark.unforeseen
@pytest.mark.parametrize("view", views(ABOUT_ONE), ids=name_of_view)
def test_a_page_about_one_model_goes_on_with_another(view: tuple[str, dict[str, str]], odd: str) -> None:
    app = opened(view, odd, GOOD)
    assert not app.exception
    app.query_params["model"] = GOOD
    app.run()
    assert not told(app)
    assert specs(app) or name_of_view(view) in WITHOUT_CHARTS


@pytest.mark.unforeseen
@pytest.mark.parametrize(
    "view", views({"home", "attention", "fusion-norms", "compare_models-difference"}), ids=name_of_view
)
@pytest.mark.parametrize("kind", ["nowhere", "damaged", "quantised", "short"])
def test_a_model_that_fails_says_why_and_the_other_stands(
    kind: str, view: tuple[str, dict[str, str]], folder: Path
) -> None:
    app = opened(view, str(folder / kind), GOOD)
    assert [said for said in told(app) if str(folder / kind) in said] == told(app) != []
    assert specs(app)


@pytest.mark.unforeseen
def test_what_nobody_foresaw_is_in_the_log(odd: str, caplog: pytest.LogCaptureFixture) -> None:
    opened(("attention", {}), odd, GOOD)
    assert "Traceback" in caplog.text
    assert "ArithmeticError: the moon is *full*\nand more" in caplog.text


def test_a_run_is_begun_with_the_models_that_can_be_measured(folder: Path) -> None:
    app = opened(("runs", {"tab": "new"}), str(folder / "nowhere"), GOOD)
    assert "no model in the folder" in app.error[0].value.replace("\\", "")
    assert "The run will measure minilm only." in [info.value for info in app.info]
    assert [button.label for button in app.button if button.label == "Start"]
