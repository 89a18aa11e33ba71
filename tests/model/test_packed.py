"""Weights that a quantiser packs, by a stand-in that rounds them to 8 bits; and what loading says without accelerate."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from cases import family_named
from test_in_the_wild import PAIR, put
from torch import Tensor, nn
from transformers.quantizers import HfQuantizer
from transformers.quantizers.auto import register_quantization_config, register_quantizer
from transformers.utils.quantization_config import QuantizationConfigMixin

import mhattn_core as mh
from mhattn_core.attention.ablation import kinds_of

METHOD = "eight_bits_of_the_tests"


@register_quantization_config(METHOD)
class EightBits(QuantizationConfigMixin):  # type: ignore[misc]
    """What a person hands to ``load``."""

    def __init__(self, **_options: Any) -> None:
        self.quant_method = METHOD


class Packed(nn.Module):
    """A Linear whose weight is whole numbers and a scale for each row."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        scale = linear.weight.abs().amax(dim=1, keepdim=True) / 127
        self.register_buffer("scale", scale)
        self.register_buffer("whole", (linear.weight / scale).round().to(torch.int8))
        self.bias = linear.bias

    def forward(self, inputs: Tensor) -> Tensor:
        return nn.functional.linear(inputs, self.whole.to(inputs.dtype) * self.scale, self.bias)


@register_quantizer(METHOD)
class Packer(HfQuantizer):  # type: ignore[misc]
    """Packs each Linear of the layers once the weights are there."""

    requires_calibration = False

    def _process_model_after_weight_loading(self, model: nn.Module, **_options: Any) -> nn.Module:
        for module in list(model.base_model.modules()):
            for name, child in list(module.named_children()):
                if isinstance(child, nn.Linear):
                    setattr(module, name, Packed(child))
        return model

    def is_serializable(self, *_arguments: Any, **_options: Any) -> bool:
        return False

    @property
    def is_trainable(self) -> bool:
        return False


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return put(tmp_path / "llama", family_named("llama").build("eager"))


def test_packed_weights_are_read_with_what_they_give(folder: Path) -> None:
    model, usual = mh.load(str(folder), "cpu", quantization_config=EightBits()), mh.load(str(folder), "cpu")
    assert any(isinstance(module, Packed) for module in model.network.modules())
    assert model.revision == f"{usual.revision}+EightBits"
    seen, plain = mh.attend(model, PAIR), mh.attend(usual, PAIR)
    gap = np.abs(seen.pattern("decoder") - plain.pattern("decoder")).max()
    assert 0 < gap < 0.1
    eager = model.network(**seen.inputs).logits
    for kind in kinds_of(model):
        assert np.isfinite(mh.attend(model, PAIR, ablate={("decoder", 1, 2): kind}).pattern("decoder")).all()
    assert torch.equal(model.network(**seen.inputs).logits, eager)
    # What a packed W_O adds is no product with its rows.
    with pytest.raises(mh.Problem, match="no projection of the heads' own outputs"):
        seen.contributions("decoder")


def test_without_accelerate_a_map_of_devices_names_what_is_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("integrations.accelerate", "modeling_utils"):
        monkeypatch.setattr(f"transformers.{place}.is_accelerate_available", lambda: False, raising=False)
    with pytest.raises(mh.Problem) as problem:
        mh.load(str(folder), device_map="auto")
    assert problem.value.remedy == "Run: pip install accelerate"


def test_layers_on_named_devices(folder: Path) -> None:
    names = ["model.embed_tokens", "model.norm", "model.rotary_emb", "lm_head"]
    placed = dict.fromkeys([*names, *(f"model.layers.{layer}" for layer in range(3))], "cpu")
    spread, usual = mh.load(str(folder), device_map=placed), mh.load(str(folder), "cpu")
    np.testing.assert_array_equal(mh.attend(spread, PAIR).pattern("decoder"), mh.attend(usual, PAIR).pattern("decoder"))
    np.testing.assert_allclose(
        mh.attend(spread, PAIR).contributions("decoder"), mh.attend(usual, PAIR).contributions("decoder"), atol=1e-6
    )
