"""Models and patterns, kept between reruns and shared by everybody who uses this copy."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from mhattn_core.attention.attend import AttentionResult, attend
from mhattn_core.models.model import Model
from mhattn_core.models.resident import Resident
from mhattn_core.text.pair import SentencePair
from mhattn_core.unforeseen import foreseen


def _model_id(model: Model) -> tuple[str, str]:
    return model.name, model.revision


def _pair_id(pair: SentencePair) -> tuple[object, ...]:
    return pair.source, pair.target, pair.source_words, pair.target_words, pair.source_language, pair.target_language


HASHES: dict[str | type[Any], Callable[[Any], Any]] = {
    Model: _model_id,
    SentencePair: _pair_id,
    AttentionResult: lambda seen: (_model_id(seen.model), _pair_id(seen.pair)),
}
"""What tells one from another, for Streamlit's caches."""


@st.cache_resource
def models() -> Resident:
    """The models in memory. What was seen keeps its model alive, so when bytes are needed it goes first."""
    return Resident(on_pressure=lambda: _attend.clear())


def loaded_names() -> list[str]:
    """Names of the models in memory, the most recently used last."""
    return models().names()


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def _attend(model: Model, pair: SentencePair) -> AttentionResult:
    return attend(model, pair)


def loaded(name: str) -> Model:
    """The model of this name. Raises Problem, and nothing else, whatever is the matter with it."""
    with foreseen(name):
        return models().get(name)


def attended(name: str, pair: SentencePair) -> AttentionResult:
    """What a model's heads did with a pair, computed once. Raises Problem, and nothing else."""
    with foreseen(name):
        return _attend(models().get(name), pair)
