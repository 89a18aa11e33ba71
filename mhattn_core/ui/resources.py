"""Models and patterns, kept between reruns and shared by everybody who uses this copy."""

import streamlit as st

from mhattn_core.attention import Seen, attend
from mhattn_core.models import Model, load
from mhattn_core.text.pair import SentencePair


@st.cache_resource(max_entries=8, show_spinner=False)
def _model(name: str) -> Model:
    model = load(name)
    loaded_names().append(name)
    return model


@st.cache_resource
def loaded_names() -> list[str]:
    """Names of the models that have been loaded, in order."""
    return []


def loaded(name: str) -> Model:
    """A model by name, loaded once. Raises Problem."""
    return _model(name)


@st.cache_resource(max_entries=24, show_spinner=False)
def _attended(_model: Model, name: str, revision: str, pair: tuple) -> Seen:
    return attend(_model, SentencePair(*pair))


def attended(name: str, pair: SentencePair) -> Seen:
    """What a model's heads did with a pair, computed once. Raises Problem."""
    model = loaded(name)
    return _attended(model, model.name, model.revision, (pair.source, pair.target, pair.source_words, pair.target_words))
