"""Models and patterns, kept between reruns and shared by everybody who uses this copy."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from mhattn_core.attention import Seen, attend
from mhattn_core.models import Model, load
from mhattn_core.text.pair import SentencePair


def _model_id(model: Model) -> tuple[str, str]:
    return model.name, model.revision


def _pair_id(pair: SentencePair) -> tuple[object, ...]:
    return pair.source, pair.target, pair.source_words, pair.target_words


HASHES: dict[str | type[Any], Callable[[Any], Any]] = {
    Model: _model_id,
    SentencePair: _pair_id,
    Seen: lambda seen: (_model_id(seen.model), _pair_id(seen.pair)),
}
"""What tells one from another, for Streamlit's caches."""


@st.cache_resource(max_entries=8, show_spinner=False)
def _load(name: str) -> Model:
    model = load(name)
    loaded_names().append(name)
    return model


@st.cache_resource
def loaded_names() -> list[str]:
    """Names of the models that have been loaded, in order."""
    return []


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def _attend(model: Model, pair: SentencePair) -> Seen:
    return attend(model, pair)


def attended(name: str, pair: SentencePair) -> Seen:
    """What a model's heads did with a pair, computed once. Raises Problem."""
    return _attend(_load(name), pair)
