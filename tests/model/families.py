"""Tiny random networks of many families, built offline from their config classes: one line a family.

A line names the model type, the settings in which it departs from its group, and the path of the output projection of
each stack, so that what the survey finds by value is checked against what the family's source calls it.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    PreTrainedConfig,
    PreTrainedModel,
)

# Layers, heads, key/value heads and widths all differ, so that no two can be mistaken for one another.
COMMON = {"vocab_size": 120, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
PLAIN = COMMON | {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 64,
}
GROUPED = PLAIN | {"num_key_value_heads": 2, "head_dim": 8}
BART = COMMON | {
    "d_model": 32,
    "encoder_layers": 3,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
    "max_position_embeddings": 64,
    "decoder_start_token_id": 2,
}
T5 = COMMON | {
    "d_model": 32,
    "d_kv": 8,
    "d_ff": 48,
    "num_layers": 3,
    "num_decoder_layers": 2,
    "num_heads": 4,
    "decoder_start_token_id": 0,
}
# Keys and values from a latent vector; a value is narrower than a key.
LATENT = {
    "kv_lora_rank": 16,
    "q_lora_rank": 16,
    "qk_rope_head_dim": 4,
    "qk_nope_head_dim": 8,
    "v_head_dim": 6,
    "num_key_value_heads": 4,
    "n_routed_experts": 4,
    "num_experts_per_tok": 2,
    "n_group": 1,
    "topk_group": 1,
    "first_k_dense_replace": 1,
    "moe_intermediate_size": 24,
}
# Which keys a query reads is chosen by a small attention of its own: all of a short text.
INDEXER = {"index_topk": 64, "index_head_dim": 8, "index_n_heads": 2}
# The eyes of a model that is only read to.
SMALL_VISION = PLAIN | {"image_size": 28, "patch_size": 14}
TWO_BERTS = COMMON | {
    "encoder": PLAIN | {"model_type": "bert"},
    "decoder": PLAIN | {"model_type": "bert", "num_hidden_layers": 2, "is_decoder": True, "add_cross_attention": True},
    "decoder_start_token_id": 1,
}

OF_BERT = {"encoder": r"attention\.output\.dense"}
OF_LLAMA = {"decoder": r"self_attn\.o_proj"}
OF_BART = {
    "encoder": r"encoder\..*self_attn\.out_proj",
    "decoder": r"decoder\..*self_attn\.out_proj",
    "cross": r"decoder\..*encoder_attn\.out_proj",
}
OF_T5 = {
    "encoder": r"encoder\..*SelfAttention\.o",
    "decoder": r"decoder\..*SelfAttention\.o",
    "cross": r"decoder\..*EncDecAttention\.o",
}
OF_BERTS = {
    "encoder": r"encoder\.encoder\..*\.attention\.output\.dense",
    "decoder": r"decoder\..*\.attention\.output\.dense",
    "cross": r"decoder\..*\.crossattention\.output\.dense",
}
OF_T5GEMMA = {
    "encoder": r"encoder\..*self_attn\.o_proj",
    "decoder": r"decoder\..*self_attn\.o_proj",
    "cross": r"decoder\..*cross_attn\.o_proj",
}


@dataclass(frozen=True)
class Family:
    """One architecture: ``projections[stack]`` is a pattern that the end of the projections' paths matches."""

    name: str
    model_type: str
    auto: Any
    settings: Mapping[str, Any]
    projections: Mapping[str, str]
    spread: float = 0.2

    def build(self, attn_implementation: str) -> PreTrainedModel:
        """The same random network each time, on the attention asked for."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            # A config remembers the attention that it was built with: shared, the reference would run on the tap.
            network = self.auto.from_config(copy.deepcopy(self.config()), attn_implementation=attn_implementation)
            return _with_telling_weights(network, self.spread).eval().requires_grad_(False)

    def config(self) -> PreTrainedConfig:
        return AutoConfig.for_model(self.model_type, **self.settings)

    def network_class(self) -> type[PreTrainedModel]:
        return self.auto._model_mapping[type(self.config())]


def _with_telling_weights(network: PreTrainedModel, spread: float) -> PreTrainedModel:
    """Weights as initialised give near-uniform patterns and zero biases and sinks, which would hide mistakes.

    Much larger ones would blow rounding up until it looks like a mistake.
    """
    for name, parameter in network.named_parameters():
        if parameter.dim() > 1 or name.endswith(("bias", "sinks")):
            torch.nn.init.normal_(parameter, std=1.0 if name.endswith("sinks") else spread)
    return network


def _masked(
    name: str, projections: Mapping[str, str] = OF_BERT, group: Mapping[str, Any] = PLAIN, **settings: Any
) -> Family:
    return _family(name, AutoModelForMaskedLM, {**group, **settings}, projections)


def causal(
    name: str, projections: Mapping[str, str] = OF_LLAMA, group: Mapping[str, Any] = GROUPED, **settings: Any
) -> Family:
    return _family(name, AutoModelForCausalLM, {**group, **settings}, projections)


def _bart(name: str, projections: Mapping[str, str] = OF_BART, **settings: Any) -> Family:
    return _family(name, AutoModelForSeq2SeqLM, {**BART, **settings}, projections)


def _t5(name: str, **settings: Any) -> Family:
    # T5 does not scale its scores down: the same spread would make its patterns all but one-hot.
    return _family(name, AutoModelForSeq2SeqLM, {**T5, **settings}, OF_T5, spread=0.12)


def _family(name: str, auto: Any, settings: Mapping[str, Any], projections: Mapping[str, str], **more: Any) -> Family:
    # "gemma2 window": a model type and what is special about this line.
    return Family(name, name.split()[0], auto, settings, projections, **more)


# Windows are shorter than the sentences of the tests where a line says so, and longer elsewhere.
READABLE = (
    _masked("bert"),
    _masked("roberta"),
    _masked("xlm-roberta"),
    _masked("camembert"),
    _masked("data2vec-text"),
    _masked("roberta-prelayernorm"),
    _masked("xlm-roberta-xl"),
    _masked("ernie"),
    _masked("electra", embedding_size=24),
    _masked("esm", mask_token_id=3),
    _masked("albert", {"encoder": r"albert_layers\.0\.attention\.dense"}, embedding_size=24),
    _masked("distilbert", {"encoder": r"attention\.out_lin"}, hidden_dim=48),
    _masked("modernbert", {"encoder": r"attn\.Wo"}, cls_token_id=1, sep_token_id=2),
    _masked("modernbert window", {"encoder": r"attn\.Wo"}, cls_token_id=1, sep_token_id=2, local_attention=4),
    _masked("gte", {"encoder": r"self_attn\.o_proj"}),
    _masked("nomic_bert", {"encoder": r"self_attn\.o_proj"}),
    _masked("jina_embeddings_v3", {"encoder": r"self_attn\.o_proj"}),
    _masked("eurobert", {"encoder": r"self_attn\.o_proj"}, GROUPED),
    causal("gpt2", {"decoder": r"attn\.c_proj"}, PLAIN),
    causal("gpt_bigcode", {"decoder": r"attn\.c_proj"}, PLAIN),
    causal("opt", {"decoder": r"self_attn\.out_proj"}, PLAIN, ffn_dim=48, word_embed_proj_dim=32),
    causal("biogpt", {"decoder": r"self_attn\.out_proj"}, PLAIN),
    causal("gpt_neox", {"decoder": r"attention\.dense"}, PLAIN),
    causal("phi", {"decoder": r"self_attn\.dense"}),
    causal("phi3"),
    causal("llama"),
    causal("mistral"),
    causal("mistral window", sliding_window=4),
    causal("mixtral", num_local_experts=4),
    causal("qwen2"),
    causal("qwen3"),
    causal("qwen3_moe", num_experts=4, num_experts_per_tok=2, moe_intermediate_size=24),
    causal("gemma"),
    causal("gemma2"),
    causal("gemma2 window", sliding_window=4, attn_logit_softcapping=2.0),
    causal("gemma3_text"),
    causal("gemma3_text window", sliding_window=4),
    causal(
        "gemma3",
        group=COMMON,
        text_config=GROUPED,
        vision_config=SMALL_VISION,
        image_token_index=3,
        mm_tokens_per_image=4,
    ),
    causal("gpt_oss", num_local_experts=4),
    causal("gpt_oss window", num_local_experts=4, sliding_window=4),
    causal("olmo"),
    causal("olmo2"),
    causal("olmo3"),
    causal("smollm3"),
    causal("stablelm"),
    causal("starcoder2"),
    causal("granite"),
    causal("cohere"),
    causal("cohere2"),
    causal("glm"),
    causal("glm4"),
    causal("exaone4"),
    causal("modernbert-decoder", {"decoder": r"attn\.Wo"}, PLAIN, cls_token_id=1, sep_token_id=2),
    causal("olmoe", num_experts=4, num_experts_per_tok=2),
    causal("deepseek_v2", group=PLAIN | LATENT),
    causal("deepseek_v3", group=PLAIN | LATENT),
    causal("deepseek_v32", group=PLAIN | LATENT | INDEXER),
    causal("glm_moe_dsa", group=PLAIN | LATENT | INDEXER),
    causal("minicpm3", group=PLAIN | LATENT, dim_model_base=8),
    causal("glm4_moe_lite", group=PLAIN | LATENT),
    causal("youtu", group=PLAIN | LATENT),
    # No auto class of language models knows it.
    _family("mistral4", AutoModel, PLAIN | LATENT, OF_LLAMA),
    causal("axk1", group=PLAIN | LATENT),
    causal("helium"),
    causal("arcee"),
    causal("apertus"),
    causal("ernie4_5"),
    causal("glm4_moe", n_routed_experts=4, num_experts_per_tok=2, moe_intermediate_size=24, first_k_dense_replace=1),
    causal("granitemoe", num_local_experts=4, num_experts_per_tok=2),
    causal("hunyuan_v1_dense"),
    causal("ministral"),
    causal("persimmon", {"decoder": r"self_attn\.dense"}, PLAIN),
    causal("seed_oss"),
    causal("vaultgemma"),
    _bart("bart"),
    _bart("mbart"),
    _bart("plbart"),
    _bart("marian"),
    _bart("m2m_100"),
    _bart("pegasus"),
    _bart("blenderbot"),
    _bart("blenderbot-small"),
    _bart("nllb-moe", OF_BART | {"cross": r"decoder\..*cross_attention\.out_proj"}, num_experts=4, expert_capacity=64),
    _t5("t5"),
    _t5("mt5"),
    _t5("umt5"),
    _family("encoder-decoder", AutoModelForSeq2SeqLM, TWO_BERTS, OF_BERTS),
    _family(
        "t5gemma",
        AutoModelForSeq2SeqLM,
        COMMON | {"encoder": GROUPED, "decoder": GROUPED | {"num_hidden_layers": 2}},
        OF_T5GEMMA,
    ),
    _t5("switch_transformers", num_experts=4, expert_capacity=64),
)

# Patterns can be read and heads switched off; a layer's output is not a sum over its heads.
BEFORE_A_NORM = causal("bitnet", {})

# These never call the attention function, or do not accept one: they are read on their own eager attention.
OF_BLOOM = {"decoder": r"self_attention\.dense"}
OF_GPT_NEO = {"decoder": r"attn\.attention\.out_proj"}
OF_XLM = {"encoder": r"attentions\.\d\.out_lin"}
XLM = COMMON | {"emb_dim": 32, "n_layers": 3, "n_heads": 4, "max_position_embeddings": 64}
GPT = COMMON | {"n_embd": 32, "n_layer": 3, "n_head": 4, "n_positions": 64}
XGLM = COMMON | {"d_model": 32, "num_layers": 3, "attention_heads": 4, "ffn_dim": 48, "max_position_embeddings": 64}
DISENTANGLED = {"relative_attention": True, "pos_att_type": ["c2p", "p2c"]}
ON_THEIR_OWN = (
    causal("bloom", OF_BLOOM, PLAIN),
    causal("falcon", OF_BLOOM, PLAIN),
    causal("falcon alibi", OF_BLOOM, PLAIN, alibi=True, multi_query=False),
    causal("falcon new", OF_BLOOM, PLAIN, new_decoder_architecture=True, num_kv_heads=2),
    causal("gpt_neo", OF_GPT_NEO, PLAIN, attention_types=[[["global", "local", "global"], 1]]),
    causal("gpt_neo window", OF_GPT_NEO, PLAIN, attention_types=[[["global", "local", "global"], 1]], window_size=4),
    causal("gptj", {"decoder": r"attn\.out_proj"}, PLAIN, rotary_dim=4),
    _masked("deberta-v2"),
    _masked("deberta-v2 disentangled", **DISENTANGLED),
    _masked("mpnet", {"encoder": r"attention\.attn\.o"}),
    _masked("deberta"),
    _masked("deberta disentangled", **DISENTANGLED),
    _masked("roformer", embedding_size=24),
    _masked("rembert"),
    _masked("megatron-bert"),
    _masked("xlm", OF_XLM, XLM),
    _masked("flaubert", OF_XLM, XLM),
    causal("openai-gpt", {"decoder": r"attn\.c_proj"}, GPT),
    causal("codegen", {"decoder": r"attn\.out_proj"}, GPT, rotary_dim=4),
    causal("mpt", {"decoder": r"attn\.out_proj"}, d_model=32, n_layers=3, n_heads=4, max_seq_len=64),
    causal("xglm", {"decoder": r"self_attn\.out_proj"}, XGLM),
    _bart("mvp"),
    _bart("fsmt", langs=["en", "zh"], src_vocab_size=120, tgt_vocab_size=120),
)
# W_O is a bare parameter here, so that there is no projection to find.
XLNET = _family(
    "xlnet",
    AutoModelForCausalLM,
    {name: value for name, value in PLAIN.items() if name != "max_position_embeddings"} | {"d_head": 8},
    {"encoder": ""},
)

# These attend in windows or blocks, or take the difference of two patterns: there is no one pattern to show.
NOT_ONE_PATTERN = (
    _masked("longformer", {}, attention_window=4),
    _masked("big_bird", {}),
    _bart("led", {}, attention_window=4),
    _bart("pegasus_x", {}),
    _bart("bigbird_pegasus", {}),
    _t5("longt5"),
    _t5("longt5 global", encoder_attention_type="transient-global"),
    causal("diffllama", {}),
    causal(
        "deepseek_v4",
        {},
        num_key_value_heads=1,
        head_dim=16,
        q_lora_rank=16,
        o_groups=2,
        o_lora_rank=8,
        hc_mult=2,
        n_routed_experts=4,
        num_experts_per_tok=2,
        moe_intermediate_size=24,
        layer_types=["heavily_compressed_attention"] * 3,
        compress_rates={"compressed_sparse_attention": 4, "heavily_compressed_attention": 6},
        **INDEXER,
    ),
)
