"""The strongest sentences of two heads, drawn small; a click opens one on Attention with that head."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.findings import Finding
from mhattn_core.findings.card.sentences import head_sentences
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.runs.run import Run
from mhattn_core.text.pair import SentencePair
from mhattn_core.ui.controls import take_models
from mhattn_core.ui.evidence import holds
from mhattn_core.ui.navigation import page_file
from mhattn_core.ui.pair_choice import take_pair
from mhattn_core.ui.runs.known import known_runs, opened
from mhattn_core.ui.show import show

OPEN = "sentence-to-open"


def sentences(run: Run, heads: Sequence[ModelHead]) -> list[Problem]:
    """Side by side, from another run where this one does not keep its sentences. What neither run can say is returned."""
    _open_clicked()
    missing: list[Problem] = []
    shown: Finding | None = None
    for place, (head, column) in enumerate(zip(heads, st.columns(2, gap="medium"), strict=True)):
        with column:
            source = _keeping(run, head)
            try:
                shown = head_sentences(source, model=head.model, stack=head.stack, head=head.within.name)
            except Problem as problem:
                missing.append(problem)
                continue
            if source is not run:
                st.caption(
                    _("From another run, which keeps its sentences: {name}.").format(name=escape(source.folder.name))
                )
            show(replace(shown, reading=""), key=f"head_sentences-{place}", on_pick=partial(_picked, source, head))
    if shown:
        st.caption(f"{shown.reading} " + _("A click opens the sentence on Attention, with this head."))
    return missing


def _keeping(run: Run, head: ModelHead) -> Run:
    """The run itself if it keeps sentences of this model or has none to show elsewhere, else the first that does."""
    if not run.has("cards") or holds(run, "card_sentences", head.model):
        return run
    for saved in known_runs():
        if (
            saved.finished
            and head.model in saved.about.models
            and holds(other := opened(saved), "card_sentences", head.model)
        ):
            return other
    return run


def _picked(run: Run, head: ModelHead, mark: Mapping[str, Any]) -> None:
    pairs = run.pairs
    own = pairs[pairs["id"].astype(str) == str(mark["item"])]
    if len(own) and "source" in own:
        text = own.iloc[0]
        take_pair(SentencePair(str(text["source"]), str(text["target"] or "")))
        take_models([head.model])
        st.session_state[OPEN] = head


def _open_clicked() -> None:
    """A page cannot be changed inside a callback, so the click is remembered until here."""
    if OPEN in st.session_state:
        head: ModelHead = st.session_state.pop(OPEN)
        settings = {"head": head.within.name, "stack": head.stack}
        st.switch_page(page_file("Attention"), query_params=settings)
