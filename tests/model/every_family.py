"""Any architecture of transformers as a tiny random network in a folder, and what becomes of it: read and equal, or
refused.

Sizes are found by the names that configs give them. A way of shrinking counts when plain transformers runs the network
on plain tokens; where none does, the first that can be built stands for the family, and its refusal is the right
answer.
"""

import copy
import importlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import torch
import transformers
from cases import word_tokenizer
from families import NOT_ONE_PATTERN, ON_THEIR_OWN, READABLE, XLNET
from hybrids import HYBRIDS
from safetensors.torch import save_file
from sums import not_a_sum
from transformers import (
    CONFIG_MAPPING,
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    PreTrainedConfig,
    PreTrainedModel,
)

import mhattn_core as mh
from mhattn_core.models.architecture import classes, network_class
from mhattn_core.tap.refusals import reads_text

VOCABULARY = 120
PAIR = mh.SentencePair("the cat sits on a mat", "it was tired")
TOLERANCE = 1e-5
LARGEST = 150_000_000

_LAYERS = r"(^|_)layers?$|^depth$|num_blocks$"
_DECODER_LAYERS = r"decoder_layers|num_decoder_layers"
_GROUPS = r"(key_value|kv)_heads|n_head_kv|query_groups"
# The first pattern that a setting's name matches gives its value.
SIZES: tuple[tuple[str, int], ...] = (
    (r"nextn|mtp|kv_shared|num_hash_layers|first_k_dense|cross_attention_layers", 0),
    (r"shared_expert(s)?$|n_group$|topk_group|num_expert_groups?", 1),
    (r"mamba_n_groups", 1),
    (r"mamba_n_heads|mamba_d_head", 8),
    (r"mamba_d_ssm", 64),
    (r"moe_k$|experts_per_tok|experts_per_token|moe_topk|moe_top_k|^top_k$|num_selected", 2),
    (r"experts?$", 4),
    (r"lora_rank", 16),
    (r"rope_head_dim", 4),
    (r"nope_head_dim|v_head_dim", 8),
    (_DECODER_LAYERS, 2),
    (_LAYERS, 3),
    (_GROUPS, 2),
    (r"heads?$", 4),
    (r"head_dim|^d_kv$|^d_head$|head_size|kv_channels", 8),
    (
        r"^(hidden_size|d_model|n_embd|dim|emb_dim|embed_dim|embedding_size|word_embed_proj_dim|model_dim|hidden_dim|projection_dim)$",
        32,
    ),
    (r"^(text_|vision_)?(hidden_size|embed_dim|out_hidden_size|output_dim)$", 32),
    (r"^(?!chunk).*(^|_)(intermediate|ffn|ff|inner|mlp|feed_?forward)_?", 48),
    (r"vocab_size", VOCABULARY),
    (r"max_position|n_positions|n_ctx|max_seq|context_length|max_(source|target)", 64),
    (r"^pad_token_id$", 0),
    (r"^bos_token_id$", 1),
    (r"eos_token_id$|decoder_start_token_id", 2),
    (r"token_(id|index)$", 3),
    (r"^image_size$", 28),
    (r"^patch_size$", 14),
)
# Other shapes for families whose settings depend on one another in other ways; last, few layers of the size that they
# have.
WAYS: tuple[dict[str, int], ...] = (
    dict(SIZES),
    dict(SIZES) | {_GROUPS: 4},
    dict(SIZES) | {_GROUPS: 4, r"rope_head_dim": 8},
    dict(SIZES) | {SIZES[0][0]: 1},
    dict(SIZES) | {_LAYERS: 4, _DECODER_LAYERS: 4},
    dict(SIZES) | {_LAYERS: 6, _DECODER_LAYERS: 6},
    {
        SIZES[0][0]: 0,
        _DECODER_LAYERS: 2,
        _LAYERS: 2,
        r"experts?$": 4,
        r"experts_per_tok": 2,
        r"vocab_size": VOCABULARY,
        r"token_(id|index)$": 3,
    },
)
HEADS = (AutoModelForSeq2SeqLM, AutoModelForMaskedLM, AutoModelForCausalLM)
# What some families leave to others to fill in.
LEFT_OPEN = {"head_dim", "num_key_value_heads"}
KEPT = {"model_type", "architectures", "transformers_version", "dtype", "id2label", "label2id"}


@dataclass(frozen=True)
class Outcome:
    """What became of a family, and why.

    equal; silent (read, and plain transformers gives no attentions to compare with); refused (plain transformers runs
    it on text alone); refused as plain (nor does plain transformers, or it makes no such network); unbuilt (it reads
    text, and no small one can be made here; a folder with its name is refused); differs and crash, which there must
    not be.
    """

    kind: str
    reason: str


def outcome(model_type: str, folder: Path) -> Outcome:
    """Build a network of this type into ``folder``, load it, attend to a pair, and compare with what was saved."""
    try:
        network = _build(model_type)
        network.save_pretrained(folder)
        word_tokenizer().save_pretrained(folder)
    except Exception as error:
        return _typed(model_type, folder, _line(error))
    try:
        model = mh.load(str(folder), device="cpu")
        seen = mh.attend(model, PAIR)
    except mh.Problem as problem:
        return Outcome("refused" if _runs(network) else "refused as plain", problem.happened.replace(str(folder), "…"))
    except BaseException as error:
        return Outcome("crash", _line(error))
    compared = _compared(network, seen)
    wrong = "" if compared.kind == "differs" else not_a_sum(seen, TOLERANCE)
    return Outcome("differs", wrong) if wrong else compared


def _has_reader_of_text(config: PreTrainedConfig) -> bool:
    try:
        return any(reads_text(network_class(auto, config)) for auto, _head in classes(config))
    except ValueError:  # transformers names a class here that it does not have
        return False


def _typed(model_type: str, folder: Path, unbuilt: str) -> Outcome:
    """Of a network that cannot be built here, a folder all the same: somebody may have one, and types its name."""
    config_class = CONFIG_MAPPING[model_type]
    settings = config_class().to_dict()
    for make in (lambda: config_class.from_dict(_shrunk(settings, WAYS[0], True)), config_class):
        with suppress(Exception):
            config = make()
            config.save_pretrained(folder)
            break
    else:
        (folder / "config.json").write_text(json.dumps({"model_type": model_type}), encoding="utf-8")
        config = None
    word_tokenizer().save_pretrained(folder)
    save_file({"weight": torch.zeros(1)}, folder / "model.safetensors", metadata={"format": "pt"})
    try:
        mh.load(str(folder), device="cpu")
    except mh.Problem as problem:
        if config is not None and _has_reader_of_text(config):
            return Outcome("unbuilt", unbuilt)
        return Outcome("refused as plain", problem.happened.replace(str(folder), "…"))
    except BaseException as error:
        return Outcome("crash", _line(error))
    return Outcome("differs", "read, though its file holds none of its weights")


@torch.no_grad()
def _compared(network: PreTrainedModel, seen: Any) -> Outcome:
    network.set_attn_implementation("eager")
    plain = network(**seen.inputs, output_attentions=True)
    names = {"encoder": "encoder_attentions", "decoder": "decoder_attentions", "cross": "cross_attentions"}
    for stack in seen.stacks:
        attentions = getattr(plain, names[stack] if len(seen.stacks) == 3 else "attentions", None)
        whole = len(seen.model.attention.attending(stack)) == len(seen.pattern(stack))
        if not attentions or (whole and any(attention is None for attention in attentions)):
            return Outcome("silent", "plain transformers returns no attentions")
        ours = torch.from_numpy(seen.pattern(stack)[list(seen.model.attention.attending(stack))])
        if not whole:
            # Some families list what layers make that do not attend, too.
            attentions = [one for one in attentions if one is not None and one[0].shape == ours[0].shape]
        if len(attentions) != len(ours):
            return Outcome("differs", f"{len(ours)} layers, plain transformers {len(attentions)}")
        theirs = torch.stack([attention[0, ..., : ours.shape[-1]].float() for attention in attentions])
        if theirs.shape != ours.shape or not (theirs - ours).abs().max() <= TOLERANCE:
            gap = (
                (theirs - ours).abs().max().item()
                if theirs.shape == ours.shape
                else f"{tuple(ours.shape)} {tuple(theirs.shape)}"
            )
            return Outcome("differs", f"{stack}: {gap}")
    return Outcome("equal", " ".join(seen.stacks))


def _build(model_type: str) -> PreTrainedModel:
    """The first small network that runs on plain tokens, else the first that can be built. Raises what kept all of them
    from it.
    """
    failed: Exception | None = None
    first: PreTrainedModel | None = None
    tried: list[tuple[Any, PreTrainedConfig]] = []
    for make, auto in _choices(model_type):
        try:
            config = make()
            if not _makes(auto, config):
                continue
            if (auto, config) in tried:
                continue
            tried.append((auto, config))
            if _parameters(config, auto) > LARGEST:
                raise ValueError("large, however it is shrunk")
            torch.manual_seed(0)
            network = _made(auto, config, dtype=torch.float32, attn_implementation="eager").eval()
        except Exception as error:
            failed = failed or error
            continue
        for parameter in network.parameters():
            # Sinusoids are not learned, nor are they saved.
            if parameter.dim() > 1 and parameter.requires_grad:
                torch.nn.init.normal_(parameter, std=0.1)
        network.requires_grad_(False)
        first = first or network
        if _runs(network) or not reads_text(type(network)):
            return network
    if first is None:
        raise failed or ValueError("no class of transformers makes a network of this config: it is a part of others")
    return first


def _choices(model_type: str) -> Iterator[tuple[Callable[[], PreTrainedConfig], Any]]:
    hybrids = (family for family, _attending in HYBRIDS)
    known = [
        family
        for family in (*READABLE, *hybrids, *ON_THEIR_OWN, *NOT_ONE_PATTERN, XLNET)
        if family.model_type == model_type
    ]
    yield from ((family.config, family.auto) for family in known[:1])
    config_class = CONFIG_MAPPING[model_type]
    whole = config_class().to_dict()
    autos = (
        [AutoModelForSeq2SeqLM] if config_class().is_encoder_decoder else [AutoModelForMaskedLM, AutoModelForCausalLM]
    )
    for sizes, cut, auto in product(WAYS, (False, True), (*autos, AutoModel, *_parts(config_class))):
        yield (lambda sizes=sizes, cut=cut: config_class.from_dict(_shrunk(whole, sizes, cut))), auto


def _shrunk(settings: dict[str, Any], sizes: dict[str, int], cut: bool) -> dict[str, Any]:
    """cut: lists of one entry a layer are cut to the number of layers, and what is left open is filled in; else
    neither.
    """
    layers = next(
        (
            settings[name]
            for name in ("num_hidden_layers", "num_layers", "n_layer")
            if isinstance(settings.get(name), int)
        ),
        None,
    )
    small: dict[str, Any] = {}
    for name, value in settings.items():
        if name == "per_layer_config":
            continue
        if isinstance(value, dict) and "model_type" in value:
            small[name] = _shrunk(value, sizes, cut)
        elif (isinstance(value, int) and not isinstance(value, bool) and name not in KEPT) or (
            cut and name in LEFT_OPEN
        ):
            small[name] = next((size for pattern, size in sizes.items() if re.search(pattern, name)), value)
        elif not isinstance(value, list) or layers is None or len(value) != layers:
            small[name] = value
        elif cut:
            small[name] = value[: next(size for pattern, size in sizes.items() if pattern == _LAYERS)]
    return small


def _parameters(config: PreTrainedConfig, auto: Any) -> int:
    with torch.device("meta"):
        return int(_made(auto, copy.deepcopy(config)).num_parameters())


def _makes(auto: Any, config: PreTrainedConfig) -> bool:
    return (
        auto.config_class is type(config)
        if isinstance(auto, type) and issubclass(auto, PreTrainedModel)
        else (type(config) in auto._model_mapping)
    )


def _made(auto: Any, config: PreTrainedConfig, **options: Any) -> PreTrainedModel:
    make = auto._from_config if hasattr(auto, "_from_config") else auto.from_config
    network: PreTrainedModel = make(config, **options)
    return network


def _parts(config_class: type[PreTrainedConfig]) -> list[type[PreTrainedModel]]:
    """The classes of a config that no auto class knows, since it is a part of other models."""
    if any(config_class in auto._model_mapping for auto in (AutoModel, *HEADS)):
        return []
    try:
        module = importlib.import_module(config_class.__module__.replace(".configuration_", ".modeling_"))
    except ImportError:
        return []
    made = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, PreTrainedModel) and each.config_class is config_class
    ]
    # Those that anybody can name in a config.json.
    return [each for each in made if hasattr(transformers, each.__name__) and "PreTrained" not in each.__name__]


@torch.no_grad()
def _runs(network: PreTrainedModel) -> bool:
    tokens = torch.arange(20, 29)[None]
    inputs = {"input_ids": tokens} | ({"decoder_input_ids": tokens[:, :4]} if network.config.is_encoder_decoder else {})
    try:
        network(**inputs)
    except Exception:
        return False
    return True


def _line(error: BaseException) -> str:
    text = str(error).strip().split("\n")[0][:200]
    return f"{type(error).__name__}: {text}"
