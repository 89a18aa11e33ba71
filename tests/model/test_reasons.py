"""Why a network is refused: what was observed in its forward, and no error of ours."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import transformers as hf
from cases import family_named, word_tokenizer
from families import COMMON, GROUPED, PLAIN
from safetensors.torch import save_file
from transformers import PreTrainedModel

import mhattn_core as mh
from mhattn_core.tap.interface import implementation_for
from mhattn_core.tap.projections import ProjectionFinder
from mhattn_core.tap.refusals import reads_text
from mhattn_core.tap.survey import survey

GEMMA = GROUPED | {"layer_types": ["full_attention"] * 3}
SEVERAL = COMMON | {
    "hidden_size": 32,
    "num_encoder_layers": 3,
    "num_decoder_layers": 2,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
    "num_encoder_attention_heads": 4,
    "num_decoder_attention_heads": 4,
}
CPM_ANT = {
    "vocab_size": 120,
    "hidden_size": 32,
    "num_attention_heads": 4,
    "dim_head": 8,
    "dim_ff": 48,
    "num_hidden_layers": 3,
    "prompt_length": 6,
    "prompt_types": 32,
    "segment_types": 32,
}

REASONS: dict[str, tuple[Callable[[], PreTrainedModel], str]] = {
    # Seven tokens behind six of a prompt.
    "cpmant": (
        lambda: hf.CpmAntForCausalLM(hf.CpmAntConfig(**CPM_ANT)),
        "put positions of their own beside the text: they attend over 13 where 7 tokens were fed",
    ),
    "prophetnet": (
        lambda: hf.ProphetNetForConditionalGeneration(
            hf.ProphetNetConfig(**SEVERAL, num_attention_heads=4, ngram=2, disable_ngram_loss=True)
        ),
        "foresee 2 words at each step, in as many streams",
    ),
    # Blocks of two layers; the second reads every other position.
    "funnel": (
        lambda: hf.FunnelForMaskedLM(
            hf.FunnelConfig(vocab_size=120, block_sizes=[2, 2], d_model=32, n_head=4, d_head=8, d_inner=48)
        ),
        "shorten the text on its way: some layers attend over 4 positions where 7 tokens were fed",
    ),
    "convbert": (lambda: hf.ConvBertForMaskedLM(hf.ConvBertConfig(**PLAIN)), "is mixed with something else"),
    # One pattern of words and one of their places on the page.
    "lilt": (
        lambda: hf.LiltModel(hf.LiltConfig(**PLAIN | {"hidden_size": 48})),
        "no one pattern a layer: 6 were seen in 3 layers",
    ),
    "clip": (
        lambda: hf.CLIPModel(hf.CLIPConfig(text_config=PLAIN, vision_config=PLAIN | {"image_size": 28})),
        "“clip” models read pictures beside text, and do not run on text alone.",
    ),
}


@pytest.mark.parametrize("name", REASONS)
def test_the_reason_is_what_was_observed(name: str) -> None:
    build, reason = REASONS[name]
    network = build().eval()
    network.set_attn_implementation(implementation_for(type(network)))
    with pytest.raises(mh.Problem) as problem:
        survey(network)
    assert reason in problem.value.happened
    assert "NoneType" not in problem.value.happened


def test_an_encoder_that_is_called_a_text_encoder_is_one() -> None:
    settings = SEVERAL | {
        f"{side}_{name}": SEVERAL[f"num_{side}_{name}"]
        for side in ("encoder", "decoder")
        for name in ("layers", "attention_heads")
    }
    network = hf.SeamlessM4TForTextToText(hf.SeamlessM4TConfig(**settings)).eval()
    network.set_attn_implementation(implementation_for(type(network)))
    attention = survey(network)
    assert [(stack, attention.layers(stack)) for stack in attention.stacks] == [
        ("encoder", 3),
        ("decoder", 2),
        ("cross", 2),
    ]


@pytest.mark.parametrize("place", ["expect", "_look"])
def test_an_error_of_ours_is_not_read_as_the_networks(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise AttributeError("a mistake of ours")

    network = family_named("bert").build("eager")
    network.set_attn_implementation(implementation_for(type(network)))
    if place == "expect":
        monkeypatch.setattr(ProjectionFinder, "expect", fail)
    else:
        monkeypatch.setattr(torch, "equal", fail)
    with pytest.raises(AttributeError, match="a mistake of ours"):
        survey(network)


TEXT_SIDES: dict[str, tuple[Callable[[], PreTrainedModel], tuple[str, ...]]] = {
    "siglip": (lambda: hf.SiglipTextModel(hf.SiglipTextConfig(**PLAIN)), ("encoder",)),
    "emu3": (lambda: hf.Emu3ForCausalLM(hf.Emu3TextConfig(**GROUPED)), ("decoder",)),
    "altclip": (lambda: hf.AltCLIPTextModel(hf.AltCLIPTextConfig(**PLAIN, project_dim=32)), ("encoder",)),
}


@pytest.mark.parametrize("name", TEXT_SIDES)
def test_the_text_side_of_a_larger_model_is_read(name: str, tmp_path: Path) -> None:
    build, stacks = TEXT_SIDES[name]
    saved = build().eval()
    saved.save_pretrained(tmp_path)
    word_tokenizer().save_pretrained(tmp_path)
    seen = mh.attend(mh.load(str(tmp_path), device="cpu"), mh.SentencePair("the cat sits", "it was very tired"))
    assert seen.stacks == stacks
    saved.set_attn_implementation("eager")
    with torch.no_grad():
        plain = saved(**seen.inputs, output_attentions=True).attentions
    torch.testing.assert_close(torch.from_numpy(seen.pattern(stacks[0])), torch.stack(plain)[:, 0], atol=1e-5, rtol=0)


def test_what_a_forward_takes_first_tells_more_than_what_its_class_inherits() -> None:
    assert reads_text(hf.Aimv2TextModel)
    assert reads_text(hf.CLIPModel)
    assert not reads_text(hf.ImageGPTModel)
    assert not reads_text(hf.Blip2ForConditionalGeneration)
    assert not reads_text(hf.WhisperForConditionalGeneration)


def typed(folder: Path, config: dict[str, object]) -> mh.Problem:
    word_tokenizer().save_pretrained(folder)
    (folder / "config.json").write_text(json.dumps(config))
    save_file({"weight": torch.zeros(1)}, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(mh.Problem) as problem:
        mh.load(str(folder), device="cpu")
    return problem.value


@pytest.mark.parametrize(
    ("model_type", "reason"),
    [
        ("sam2_mask_decoder", "“sam2_mask_decoder” is a part of other models, or does another task"),
        ("blip_text_model", "“blip_text_model” is a part of other models, or does another task"),
        ("voxtral_realtime_text", "Could not find VoxtralRealtimeTextModel"),
        ("hubert", "reads sound, not text"),
        ("timm_backbone", "reads pictures, not text"),
    ],
)
def test_a_folder_that_holds_no_network_of_its_own(model_type: str, reason: str, tmp_path: Path) -> None:
    assert reason in typed(tmp_path, {"model_type": model_type}).happened


@pytest.mark.parametrize("method", ["metal", "sinq", "bitnet", "gemma"])
def test_quantised_weights_that_fail_only_when_they_are_loaded(method: str, tmp_path: Path) -> None:
    settings = hf.LlamaConfig(**GROUPED).to_dict() | {
        "architectures": ["LlamaForCausalLM"],
        "quantization_config": {"quant_method": method, "bits": 4, "group_size": 128},
    }
    hf.LlamaForCausalLM(hf.LlamaConfig(**GROUPED)).save_pretrained(tmp_path)
    weights = (tmp_path / "model.safetensors").read_bytes()
    word_tokenizer().save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(settings))
    (tmp_path / "model.safetensors").write_bytes(weights)
    with pytest.raises(mh.Problem) as problem:
        mh.load(str(tmp_path), device="cpu")
    assert f"are quantised ({method})" in problem.value.happened
    assert "not quantised" in problem.value.remedy
