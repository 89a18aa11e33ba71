"""Models and patterns, kept between reruns and shared by everybody who uses this copy."""

from collections.abc import Callable
from dataclasses import astuple, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from mhattn_core.models.control_names import trained_name
from mhattn_core.models.precision import FLOAT32
from mhattn_core.models.resident import Resident
from mhattn_core.text.pair import SentencePair
from mhattn_core.ui.turns import counted, in_turn
from mhattn_core.unforeseen import foreseen

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult
    from mhattn_core.models.model import Model

DTYPE = "dtype"
"""State key, and parameter of the address: the type in which this visitor's models hold their weights."""


def _model_id(model: "Model") -> tuple[str, str]:
    return model.name, model.revision


def result_id(result: "AttentionResult") -> tuple[object, ...]:
    """What tells the results of two forward passes apart."""
    return _model_id(result.model), astuple(result.pair)


HASHES: dict[str | type[Any], Callable[[Any], Any]] = {
    "mhattn_core.models.model.Model": _model_id,
    SentencePair: astuple,
    "mhattn_core.attention.attend.AttentionResult": result_id,
}
"""What tells one from another, for Streamlit's caches; what networks make is named, so that pages of tables need none.
"""


@st.cache_resource
def models() -> Resident:
    """The models in memory. What was seen keeps its model alive, so when bytes are needed it goes first."""
    return Resident(on_pressure=lambda: _attend.clear())


def precision() -> str:
    return str(st.session_state.get(DTYPE, FLOAT32))


def loaded_names() -> list[str]:
    """Names of the models in memory as this visitor has them, the most recently used last."""
    return models().names(precision())


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=HASHES)
@counted
def _attend(model: "Model", pair: SentencePair) -> "AttentionResult":
    from mhattn_core.attention.attend import attend

    return attend(model, pair)


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=HASHES)
@in_turn
def _written(model: "Model", pair: SentencePair) -> SentencePair:
    from mhattn_core.attention.prepare_inputs import second_sentence

    return replace(pair, target=second_sentence(model, pair).text)


def loaded(name: str) -> "Model":
    """The model of this name. Raises Problem, and nothing else, whatever is the matter with it."""
    with foreseen(name):
        return models().get(name, precision())


def attended(name: str, pair: SentencePair) -> "AttentionResult":
    """What a model's heads did with a pair, computed once; where a second sentence is to be written, with the model's
    own, of a random control the trained model's. Raises Problem, and nothing else.
    """
    with foreseen(name):
        model = models().get(name, precision())
        if pair.feeding.is_generated:
            pair = _written(models().get(trained_name(name), precision()), pair)
        return _attend(model, pair)
