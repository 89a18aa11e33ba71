"""What each head adds: one word first, in every model of the sidebar, then one model from several sides."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import streamlit as st

from mhattn_core.attention.attend import AttentionResult
from mhattn_core.experiments.contributions.word import WordContributions
from mhattn_core.findings.contributions.heads import added_to_word, ends_by_model
from mhattn_core.locale import _
from mhattn_core.models.control_names import trained_name
from mhattn_core.text.code_names import code_names
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose, show_tab
from mhattn_core.ui.contributions import tabs
from mhattn_core.ui.contributions.choice import choose_word, chosen_head, take_head_and_model
from mhattn_core.ui.contributions.data import contributions_to
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.head_choice import choose_name, choose_stack
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.names import model_title
from mhattn_core.ui.page import problems, two_in_a_row
from mhattn_core.ui.panel import panel
from mhattn_core.ui.show import show
from mhattn_core.ui.unknown import may_draw


@panel
def fusion_panel(controls: Controls) -> None:
    """The whole page but its head; another word redraws it and not the sidebar."""
    stacks: dict[int, tuple[AttentionResult, str]] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for place, name in enumerate(controls.models):
            with problems(name):
                result = attended_with_progress(name, controls)
                stacks[place] = result, choose_stack(result, place)
        if not stacks:
            return
        id_ = choose_word(stacks.values(), controls.gallery_id)
        measure = _choose_measure()
    words = _read(stacks, id_)
    if words:
        lengths_view(words, measure)
        _sides(list(words.values()), controls)


def _choose_measure() -> Literal["length", "share"]:
    names = code_names(("length", "share"))
    chosen = choose(_("What is drawn"), names, key="quantity", pills=True, help_text=prose("length_and_share"))
    return "share" if chosen == "share" else "length"


def _read(stacks: Mapping[int, tuple[AttentionResult, str]], id_: str) -> dict[int, WordContributions]:
    """By its place in the sidebar, what each model adds to the word; one that does not read it says so."""
    words = {}
    for place, (result, stack) in stacks.items():
        with problems(result.model.name):
            if may_draw(result, stack, place):
                with st.spinner(_("Reading what every head adds …")):
                    words[place] = contributions_to(result, stack, id_)
    return words


def _sides(words: list[WordContributions], controls: Controls) -> None:
    names = [word.name for word in words]

    def drawn(view: Callable[[WordContributions, tabs.Words, Controls], None]) -> None:
        with problems():
            view(words[names.index(choose_name(names))], words, controls)

    show_tab(
        {
            "norms": (_("Weights or norms"), partial(drawn, tabs.norms_view)),
            "directions": (_("Overlap"), partial(drawn, tabs.directions_view)),
            "layers": (_("Through the layers"), partial(drawn, tabs.layers_view)),
            "prediction": (_("On the prediction"), partial(drawn, tabs.prediction_view)),
            "coverage": (_("Joint information"), partial(drawn, tabs.links_view)),
            "run": (_("Over many texts"), partial(drawn, tabs.run_view)),
        }
    )


def lengths_view(words: Mapping[int, WordContributions], measure: Literal["length", "share"]) -> None:
    """A layer × head grid for each model, by its place in the sidebar, two in a row."""
    findings = {place: added_to_word(word, measure) for place, word in words.items()}
    ends = ends_by_model([finding.table for finding in findings.values()])
    for (place, word), column in two_in_a_row(list(words.items())):
        with column, problems(word.name):
            st.markdown(model_title(word.name, word.stack))
            # How to read them stands once, below.
            finding, on_pick = replace(findings[place], reading=""), partial(take_head_and_model, word)
            on_screen: dict[str, Any] = {"chosen": chosen_head(word), "domain": ends[trained_name(word.name)]}
            show(finding, key=f"added-{place}", on_pick=on_pick, **on_screen)
    st.caption(next(iter(findings.values())).reading)
