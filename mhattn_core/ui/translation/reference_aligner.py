"""Choosing what the links of a head are compared with: gold, or an aligner of another kind."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from mhattn_core.attention.attend import AttentionResult
from mhattn_core.errors import Problem
from mhattn_core.experiments.alignment.reference import reference_links
from mhattn_core.findings.translation.reference import ReferenceLinks, aligner_reference, gold_reference
from mhattn_core.locale import _
from mhattn_core.models.control_names import is_control
from mhattn_core.models.model import Model
from mhattn_core.models.readers import reads
from mhattn_core.text.gallery import gallery
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.pharaoh import Alignment, check, parse
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.page import problems
from mhattn_core.ui.resources import HASHES, loaded, loaded_names
from mhattn_core.unforeseen import foreseen

USUAL_ENCODER = "minilm"


@dataclass(frozen=True)
class ReferenceChoice:
    """What the page compares with: gold links of the sidebar's pair, or else the aligners to try in turn."""

    gold: Alignment | None
    aligners: tuple[str, ...]


def choose_reference(controls: Controls) -> ReferenceChoice:
    """Let the reader give gold links, or choose what to compare with where there are none."""
    given = gallery()[controls.gallery_id].alignment if controls.gallery_id else None
    aligners = [*(name for name in controls.models if reads(name) and not is_control(name)), *_encoders(controls)]
    typed = ""
    if controls.pair.b:
        typed = st.text_input(
            _("Gold links: source-target, words counted from 0; 1p2 is only possible"),
            value=str(given or ""),
            placeholder="0-0 1-2 2p1",
            key=f"gold-{hash((controls.pair.source, controls.pair.target))}",
        )
    with problems():
        if typed.strip():
            gold = parse(typed)
            check(gold, len(controls.pair.a.words), len(controls.pair.b.words))
            return ReferenceChoice(gold, ())
    first = st.selectbox(
        _("Without gold, compare with the links of"), aligners, key="reference", persist_state="session"
    )
    return ReferenceChoice(None, tuple(dict.fromkeys([first, *aligners])))


def links_to_compare(choice: ReferenceChoice, seen: AttentionResult, *, turned: bool) -> ReferenceLinks | None:
    """The links to compare one model's heads with; None where no aligner reads both sentences."""
    if choice.gold is not None:
        return gold_reference(choice.gold.turned if turned else choice.gold, seen.pair)
    pair = replace(seen.pair, target=seen.sentences["b"].text)
    for name in choice.aligners:
        found = _links_by(name, pair) if name != seen.model.name else None
        if found is not None:
            return aligner_reference(name, found)
    return None


def _links_by(name: str, pair: SentencePair) -> np.ndarray | None:
    """An aligner's links; None where it cannot be had, which its own panel says."""
    try:
        with foreseen(name):
            return _links(loaded(name), pair)
    except Problem:
        return None


@st.cache_data(max_entries=50, show_spinner=False, hash_funcs=HASHES)
def _links(model: Model, pair: SentencePair) -> np.ndarray | None:
    return reference_links(model, pair)


def _encoders(controls: Controls) -> list[str]:
    """Trained encoders without a decoder: the chosen ones, the one that always is here, then the others in memory."""
    here = [name for name in loaded_names() if not is_control(name) and loaded(name).stacks == ("encoder",)]
    return list(dict.fromkeys([*(name for name in here if name in controls.models), USUAL_ENCODER, *here]))
