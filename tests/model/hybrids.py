"""Tiny random networks some of whose layers do not attend: states, convolutions, recurrences, windows of their own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from families import COMMON, GROUPED, INDEXER, LATENT, PLAIN, Family, causal
from transformers import AutoModel, AutoModelForCausalLM

# Layers 3 and 5 of six attend: a number that is counted among these two, 0 or 1, is the number of one that does not.
DEPTH, ATTENDING = 6, (3, 5)


def kinds(other: str, attends: str = "full_attention") -> list[str]:
    return [attends if layer in ATTENDING else other for layer in range(DEPTH)]


SIX = GROUPED | {"num_hidden_layers": DEPTH}
LINEAR = {
    "linear_key_head_dim": 8,
    "linear_value_head_dim": 8,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 4,
    "layer_types": kinds("linear_attention"),
}
MAMBA2 = {
    "mamba_n_heads": 8,
    "mamba_d_head": 8,
    "mamba_n_groups": 1,
    "mamba_d_state": 8,
    "mamba_chunk_size": 4,
}
QSA = {
    "indexer_n_heads": 2,
    "indexer_kv_heads": 1,
    "indexer_head_dim": 8,
    "indexer_budget": 16,
    "indexer_compress_ratio": 4,
}
MLA = PLAIN | LATENT | {"num_hidden_layers": DEPTH}
EXPERTS = {
    "num_experts": 4,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 24,
    "shared_expert_intermediate_size": 24,
}


def _hybrid(
    name: str,
    group: Mapping[str, Any] = SIX,
    projection: str = r"self_attn\.o_proj",
    attending: tuple[int, ...] = ATTENDING,
    auto: Any = AutoModelForCausalLM,
    **settings: Any,
) -> tuple[Family, tuple[int, ...]]:
    return replace(causal(name, {"decoder": projection}, group, **settings), auto=auto), attending


VISION = {"depth": 1, "hidden_size": 32, "num_heads": 4, "out_hidden_size": 32, "intermediate_size": 48}
ALL_HEADS_OWN = SIX | {"num_key_value_heads": 4}
OF_LFM2 = r"self_attn\.out_proj"

HYBRIDS = (
    _hybrid("qwen3_next", **LINEAR, **EXPERTS),
    _hybrid("qwen3_5_text", **LINEAR),
    _hybrid("qwen3_5", COMMON, text_config=SIX | LINEAR, vision_config=VISION),
    _hybrid("qwen3_5_moe_text", **LINEAR, **EXPERTS),
    _hybrid("qwen4_exp_text", **LINEAR, **EXPERTS, **QSA),
    _hybrid("olmo_hybrid", **LINEAR),
    _hybrid("minimax", num_local_experts=4, layer_types=kinds("linear_attention")),
    _hybrid(
        "kimi_linear",
        MLA,
        linear_head_dim=8,
        linear_num_heads=4,
        num_local_experts=4,
        layer_types=kinds("linear_attention"),
    ),
    _hybrid(
        "bailing_hybrid",
        MLA,
        head_dim=8,
        num_local_experts=4,
        num_mtp_layers=0,
        layer_types=kinds("linear_attention"),
    ),
    _hybrid(
        "glm5_next_text",
        MLA | INDEXER,
        auto=AutoModel,
        qk_rope_head_dim=0,
        head_dim=0,
        linear_head_dim=8,
        linear_num_heads=4,
        index_kpool=4,
        hc_mult=2,
        layer_types=kinds("linear_attention", "indexed_attention"),
    ),
    _hybrid("lfm2", projection=OF_LFM2, layer_types=kinds("conv")),
    _hybrid(
        "lfm2_moe",
        projection=OF_LFM2,
        layer_types=kinds("conv"),
        num_experts=4,
        num_experts_per_tok=2,
        moe_intermediate_size=24,
        num_dense_layers=1,
    ),
    _hybrid("lfm3", layer_types=kinds("conv")),
    _hybrid(
        "granitemoehybrid",
        num_local_experts=4,
        shared_intermediate_size=24,
        layer_types=kinds("linear_attention"),
        **MAMBA2,
    ),
    _hybrid("bamba", attn_layer_indices=list(ATTENDING), **MAMBA2),
    _hybrid(
        "jamba",
        attending=(2, 5),
        num_experts=4,
        attn_layer_period=3,
        attn_layer_offset=2,
        mamba_d_state=8,
    ),
    _hybrid(
        "zamba",
        ALL_HEADS_OWN,
        attention_head_dim=16,
        attention_hidden_size=64,
        n_mamba_heads=2,
        mamba_d_state=8,
        layers_block_type=kinds("linear_attention", "hybrid"),
    ),
    _hybrid(
        "zamba2",
        ALL_HEADS_OWN,
        n_mamba_heads=8,
        mamba_d_state=8,
        chunk_size=4,
        num_mem_blocks=1,
        layers_block_type=kinds("linear_attention", "hybrid"),
    ),
    _hybrid(
        "nemotron_h",
        {name: value for name, value in SIX.items() if name != "num_hidden_layers"},
        r"mixer\.o_proj",
        layers_block_type=["linear_attention", "mlp", "moe", "full_attention", "linear_attention", "full_attention"],
        mamba_num_heads=8,
        mamba_head_dim=8,
        n_groups=1,
        ssm_state_size=8,
        chunk_size=4,
        n_routed_experts=4,
        num_experts_per_tok=2,
        moe_intermediate_size=24,
        moe_shared_expert_intermediate_size=24,
    ),
    _hybrid(
        "recurrent_gemma",
        projection=r"temporal_block\.o_proj",
        attending=(2, 5),
        lru_width=32,
        attention_window_size=4,
        block_types=["recurrent", "recurrent", "attention"],
    ),
    # Each layer attends and keeps a state beside it.
    _hybrid("falcon_h1", attending=tuple(range(DEPTH)), mamba_d_ssm=64, **MAMBA2),
    _hybrid("hy_v4", MLA | INDEXER, attending=tuple(range(DEPTH)), head_dim=12),
    _hybrid("hrm_text", GROUPED | {"num_hidden_layers": 1}, attending=(0, 1, 2), H_cycles=1, L_cycles=2),
)
