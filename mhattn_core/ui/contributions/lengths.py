"""How much each head adds to one word: the page's first picture."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Literal

import streamlit as st

from mhattn_core.experiments.contributions.word import WordContributions
from mhattn_core.findings.contributions.heads import added_to_word, ends_by_model
from mhattn_core.models.control_names import trained_name
from mhattn_core.ui.contributions.choice import chosen_head, take_head_and_model
from mhattn_core.ui.names import model_label
from mhattn_core.ui.page import problems
from mhattn_core.ui.show import show


def lengths_view(words: Mapping[int, WordContributions], measure: Literal["length", "share"]) -> None:
    """A layer × head grid for each model, by its place in the sidebar, two in a row."""
    findings = {place: added_to_word(word, measure) for place, word in words.items()}
    ends = ends_by_model([finding.table for finding in findings.values()])
    places = list(words)
    for start in range(0, len(places), 2):
        for place, column in zip(places[start : start + 2], st.columns(2), strict=False):
            word = words[place]
            with column, problems(word.name):
                st.markdown(f"**{model_label(word.name)}** · `{word.stack}`")
                # How to read them stands once, below.
                finding, on_pick = replace(findings[place], reading=""), partial(take_head_and_model, word)
                show(
                    finding,
                    key=f"added-{place}",
                    on_pick=on_pick,
                    chosen=chosen_head(word),
                    domain=ends[trained_name(word.name)],
                )
    st.caption(findings[places[0]].reading)
