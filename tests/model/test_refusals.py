"""What cannot be read is refused with the reason that is so, and what can be is read."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import transformers as hf
from cases import word_tokenizer
from families import BART, COMMON, GROUPED, PLAIN, T5
from transformers import PreTrainedModel

import mhattn_core as mh
from mhattn_core.tap.interface import implementation_for
from mhattn_core.tap.refusals import beside_text
from mhattn_core.tap.survey import survey

SMALL_VISION = {
    "image_size": 28,
    "patch_size": 14,
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 4,
    "intermediate_size": 48,
}
WHISPER = {name: value for name, value in BART.items() if name != "max_position_embeddings"} | {
    "max_source_positions": 16,
    "num_mel_bins": 8,
}
WAV2VEC2 = PLAIN | {
    "conv_dim": (8,),
    "conv_stride": (5,),
    "conv_kernel": (10,),
    "num_feat_extract_layers": 1,
    "num_conv_pos_embedding_groups": 2,
}


def put(network: PreTrainedModel, folder: Path) -> Path:
    word_tokenizer().save_pretrained(folder)
    network.save_pretrained(folder)
    return folder


def put_llama(folder: Path) -> Path:
    return put(hf.LlamaForCausalLM(hf.LlamaConfig(**GROUPED)), folder)


def change_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def refused(folder: Path) -> mh.Problem:
    with pytest.raises(mh.Problem) as problem:
        mh.load(str(folder), device="cpu")
    return problem.value


QUANTISED = {
    "bitsandbytes": {"load_in_4bit": True},
    "gptq": {"bits": 4, "group_size": 128},
    "awq": {"bits": 4, "group_size": 128},
    "hqq": {},
    "torchao": {"quant_type": "int8wo"},
    "quanto": {"weights": "int8"},
    "compressed-tensors": {},
    "of-tomorrow": {},
}


@pytest.mark.parametrize("method", QUANTISED)
def test_quantised_weights(tmp_path: Path, method: str) -> None:
    folder = put_llama(tmp_path)
    change_config(folder, quantization_config=QUANTISED[method] | {"quant_method": method})
    problem = refused(folder)
    assert f"are quantised ({method})" in problem.happened
    assert "not quantised" in problem.remedy
    assert "minilm" in problem.stands


def test_quantised_weights_of_the_text_side_and_of_early_checkpoints(tmp_path: Path) -> None:
    folder = put_llama(tmp_path)
    change_config(folder, text_config={"quantization_config": {"load_in_8bit": True}})
    problem = refused(folder)
    assert "are quantised (bitsandbytes)" in problem.happened
    assert problem.remedy.endswith("pip install bitsandbytes")


def test_a_config_that_is_no_object(tmp_path: Path) -> None:
    folder = put_llama(tmp_path)
    (folder / "config.json").write_text("[1]")
    assert "config.json" in refused(folder).happened


def test_a_config_without_model_type(tmp_path: Path) -> None:
    folder = put_llama(tmp_path)
    change_config(folder, model_type=None)
    assert "has no model_type" in refused(folder).happened


NOT_TEXT: dict[str, tuple[Callable[[], PreTrainedModel], str]] = {
    "whisper": (lambda: hf.WhisperForConditionalGeneration(hf.WhisperConfig(**WHISPER)), "reads sound, not text"),
    "wav2vec2": (lambda: hf.Wav2Vec2Model(hf.Wav2Vec2Config(**WAV2VEC2)), "reads sound, not text"),
    "vit": (lambda: hf.ViTModel(hf.ViTConfig(**SMALL_VISION)), "reads pictures, not text"),
    "trocr": (
        lambda: hf.VisionEncoderDecoderModel(
            encoder=hf.ViTModel(hf.ViTConfig(**SMALL_VISION)),
            decoder=hf.BertLMHeadModel(hf.BertConfig(**PLAIN, is_decoder=True, add_cross_attention=True)),
        ),
        "reads pictures, not text",
    ),
    "clip": (
        lambda: hf.CLIPModel(hf.CLIPConfig(text_config=PLAIN, vision_config=SMALL_VISION)),
        "read pictures beside text",
    ),
}


@pytest.mark.parametrize("name", NOT_TEXT)
def test_sound_and_pictures(tmp_path: Path, name: str) -> None:
    build, reason = NOT_TEXT[name]
    assert reason in refused(put(build(), tmp_path)).happened


REASONS: dict[str, tuple[Callable[[], PreTrainedModel], str]] = {
    "fnet": (
        lambda: hf.FNetForMaskedLM(hf.FNetConfig(**{name: PLAIN[name] for name in PLAIN if "heads" not in name})),
        "no attention heads",
    ),
    "mamba": (
        lambda: hf.MambaForCausalLM(hf.MambaConfig(**COMMON, hidden_size=32, num_hidden_layers=2)),
        "no attention heads",
    ),
    "longformer": (
        lambda: hf.LongformerForMaskedLM(hf.LongformerConfig(**PLAIN, attention_window=4)),
        "windows or blocks",
    ),
    "longt5": (lambda: hf.LongT5ForConditionalGeneration(hf.LongT5Config(**T5)), "windows or blocks"),
    "diffllama": (
        lambda: hf.DiffLlamaForCausalLM(hf.DiffLlamaConfig(**GROUPED)),
        "no one pattern a layer: 6 were seen in 3 layers",
    ),
    "bros": (lambda: hf.BrosModel(hf.BrosConfig(**PLAIN)), "do not run on plain tokens: You have to specify bbox"),
}


@pytest.mark.parametrize("name", REASONS)
def test_the_reason_is_what_was_observed(name: str) -> None:
    build, reason = REASONS[name]
    network = build().eval()
    network.set_attn_implementation(implementation_for(type(network)))
    with pytest.raises(mh.Problem, match=r"models|layers|model") as problem:
        survey(network)
    assert reason in problem.value.happened


def test_layers_with_different_numbers_of_heads() -> None:
    network = hf.GPT2LMHeadModel(hf.GPT2Config(**PLAIN)).eval()
    network.set_attn_implementation(implementation_for(type(network)))
    narrower = network.transformer.h[1].attn
    narrower.num_heads, narrower.head_dim = 2, 16
    with pytest.raises(mh.Problem, match=r"different numbers of heads \(2 to 4\)"):
        survey(network)


def test_a_class_with_two_main_inputs_says_what_it_reads() -> None:
    assert isinstance(hf.OneFormerModel.main_input_name, list)
    assert beside_text(hf.OneFormerModel) == "pictures"


CLASSIFIERS: dict[str, tuple[Callable[[], PreTrainedModel], tuple[str, ...]]] = {
    "bart": (lambda: hf.BartForSequenceClassification(hf.BartConfig(**BART)), ("encoder", "decoder", "cross")),
    "t5": (lambda: hf.T5ForSequenceClassification(hf.T5Config(**T5)), ("encoder", "decoder", "cross")),
    "t5 tokens": (lambda: hf.T5ForTokenClassification(hf.T5Config(**T5)), ("encoder",)),
    "bart questions": (lambda: hf.BartForQuestionAnswering(hf.BartConfig(**BART)), ("encoder", "decoder", "cross")),
}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_what_lies_below_a_classifier_is_read(tmp_path: Path, name: str) -> None:
    build, stacks = CLASSIFIERS[name]
    saved = build().eval()
    model = mh.load(str(put(saved, tmp_path)), device="cpu")
    assert model.stacks == stacks
    # Its output layer shares the embeddings' weights, and was not trained to write.
    assert model.head is None
    seen = mh.attend(model, mh.SentencePair("the cat sits", "it was very tired"))
    below = getattr(saved, saved.base_model_prefix)
    below.set_attn_implementation("eager")
    with torch.no_grad():
        plain = below(**seen.inputs, output_attentions=True)
    for stack in stacks:
        attentions = plain.attentions if len(stacks) == 1 else getattr(plain, f"{stack}_attentions")
        torch.testing.assert_close(
            torch.from_numpy(seen.pattern(stack)), torch.stack(attentions)[:, 0], atol=1e-5, rtol=0
        )


@pytest.mark.parametrize(
    ("tokenizer", "settings", "package"),
    [
        ("BertJapaneseTokenizer", {"word_tokenizer_type": "mecab", "subword_tokenizer_type": "character"}, "fugashi"),
        ("RoFormerTokenizer", {}, "rjieba"),
    ],
)
def test_a_tokenizer_that_needs_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tokenizer: str, settings: dict[str, str], package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    folder = put(hf.BertModel(hf.BertConfig(**PLAIN)), tmp_path)
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.txt").write_text(
        "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"私は学校"]), encoding="utf-8"
    )
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": tokenizer} | settings))
    problem = refused(folder)
    assert f"needs the package {package}" in problem.happened
    assert problem.remedy == f"Run: pip install {package}"


def test_a_folder_that_is_written_as_transformers_takes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    put_llama(tmp_path / "mine" / "llama")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(mh.Problem) as problem:
        mh.load("mine/llama")
    assert problem.value.remedy.endswith("./mine/llama")
    assert mh.load("./mine/llama", device="cpu").stacks == ("decoder",)


ERRORS = [
    ImportError("No module named 'flash_mla'", name="flash_mla"),
    KeyError("rope_theta"),
    AttributeError("no head_dim"),
]
PLACES = ["AutoConfig.from_pretrained", "check_reads_text", "LoadOptions.moved", "survey", "tables"]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("place", PLACES)
def test_no_exception_of_a_loader_is_raw(
    place: str, error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise error

    folder = put_llama(tmp_path)
    where = "mhattn_core.models.model.tables" if place == "tables" else f"mhattn_core.models.load.{place}"
    monkeypatch.setattr(where, fail)
    problem = refused(folder)
    assert "could not be loaded" in problem.happened
    assert problem.remedy.endswith("pip install flash_mla") == isinstance(error, ImportError)
