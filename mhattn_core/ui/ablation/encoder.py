"""Ablate heads of a model that only reads: its guesses for hidden words, its classes, or the nearest sentences."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core.attention.ablation import Kind
from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.class_probabilities import class_probabilities
from mhattn_core.attention.languages import language_of
from mhattn_core.attention.masked_words import masked_words
from mhattn_core.attention.sentence_vectors import sentence_vector
from mhattn_core.findings.ablation.before_after import before_and_after, without
from mhattn_core.findings.ablation.reading_models import (
    classes_sentence,
    classes_table,
    guesses_table,
    guesses_titles,
    nearest_table,
    nearest_titles,
)
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.text.examples import examples
from mhattn_core.text.prose import prose
from mhattn_core.ui.kept import kept
from mhattn_core.ui.names import model_label
from mhattn_core.ui.resources import HASHES
from mhattn_core.ui.tables import show_table
from mhattn_core.ui.turns import in_turn


def encoder_bench(seen: AttentionResult, off: Sequence[Head], kind: Kind) -> None:
    """What changes when these heads are off."""
    {"language": _guesses, "class": _classes}.get(str(seen.model.head), _nearest)(seen, off, kind)


def _classes(seen: AttentionResult, off: Sequence[Head], kind: Kind) -> None:
    both = [class_probabilities(seen, dict.fromkeys(heads, kind)) for heads in ([], off)]
    st.markdown(classes_sentence(*both))
    st.dataframe(classes_table(*both), hide_index=True)


def _guesses(seen: AttentionResult, off: Sequence[Head], kind: Kind) -> None:
    says = _("Running {name} …").format(name=model_label(seen.model.name))

    def guessed(heads: Sequence[Head]) -> pd.DataFrame:
        return kept(
            "masked", seen, (frozenset(heads), kind), says, lambda _tell: masked_words(seen, dict.fromkeys(heads, kind))
        )

    intact, ablated = guessed([]), guessed(off)
    st.markdown(_("Each word is hidden in turn, and the model guesses it from the others."))
    st.html(before_and_after(" ".join(intact["guess"]), " ".join(ablated["guess"]), labels=(without(()), without(off))))
    formats = {"%.3f": ("probability", "probability_without")}
    show_table(guesses_table(intact, ablated), called=guesses_titles(), formats=formats)


def _nearest(seen: AttentionResult, off: Sequence[Head], kind: Kind) -> None:
    """The sentences nearest to the first one by the cosine of their vectors, among those written for this project."""
    text = seen.sentences["a"].text
    sentences, vectors = _bank(seen.model, language_of(text))
    if seen.sentences["b"]:
        sentences = [seen.sentences["b"].text, *sentences]
        vectors = np.vstack([sentence_vector(seen.model, sentences[0]), vectors])
    intact, ablated = (
        vectors @ sentence_vector(seen.model, text, dict.fromkeys(heads, kind)) for heads in ([], list(off))
    )
    shown = nearest_table(sentences, intact, ablated)
    first = [shown.loc[shown[rank].idxmin(), "sentence"] for rank in ("rank", "rank_without")]
    st.markdown(_("Nearest to *{text}* of {count} sentences:").format(text=escape(text), count=len(sentences)))
    st.html(before_and_after(*first, labels=(without(()), without(off))))
    if first[0] == first[1]:
        moved = int((shown["rank"] != shown["rank_without"]).sum())
        st.markdown(
            _("**The nearest sentence stays the same**; of the {shown} listed below {moved} change places.").format(
                shown=len(shown), moved=moved
            )
        )
    show_table(shown, called=nearest_titles(), formats={"%.3f": ("cosine", "cosine_without")})
    st.caption(prose("sentence_vectors"))


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=HASHES)
@in_turn
def _bank(model: Model, language: str) -> tuple[list[str], np.ndarray]:
    """The project's own sentences in a language, and their vectors ``[sentence, dimension]``."""
    fields = ("chinese", "chinese_next") if language == "zh" else ("english", "english_next")
    sentences = [getattr(example, field) for example in examples() for field in fields]
    return sentences, np.stack([sentence_vector(model, sentence) for sentence in sentences])
