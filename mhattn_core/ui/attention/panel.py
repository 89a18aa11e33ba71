"""One head of each model in full, linked, beside all heads of one of them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from mhattn_core import charts
from mhattn_core.findings import Finding
from mhattn_core.findings.attention.lines import attention_bars, attention_lines, attention_matrices
from mhattn_core.findings.attention.one_head import head_pattern
from mhattn_core.findings.attention.roles import role_sentence
from mhattn_core.findings.attention.shown import (
    Shown,
    largest_shown,
    shared_scale,
    why_these,
)
from mhattn_core.findings.markdown import plain
from mhattn_core.locale import _, listed
from mhattn_core.text.claims import matrices
from mhattn_core.text.prose import prose
from mhattn_core.ui.attention.edge import edge_panel, take_edge
from mhattn_core.ui.attention.heads import choose_heads, choose_stacks
from mhattn_core.ui.attention.options import Options, choose_options
from mhattn_core.ui.attention.perturb import perturb_panel
from mhattn_core.ui.attention.regions import regions_panel
from mhattn_core.ui.attention.runs import run_about
from mhattn_core.ui.attention.thumbnails import thumbnails_panel
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.head_panel import note_panel, picture
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.names import known_names, model_label
from mhattn_core.ui.page import problems
from mhattn_core.ui.panel import panel
from mhattn_core.ui.show import say, show, take
from mhattn_core.ui.unknown import may_draw

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

TALLEST = 170
"""Pixels of a matrix's rows, so that it stands whole on a small screen."""


@panel
def attention_panel(controls: Controls) -> None:
    """The whole page but its head; another head redraws it and not the sidebar."""
    options = choose_options()
    results = _results(controls)
    if results:
        full, all_heads = st.columns([5, 2], gap="medium")
        with full:
            chosen = [one for one in choose_stacks(results) if may_draw(one[0].result, one[0].stack, one[0].place)]
            shown = choose_heads(chosen, controls, linked=options.linked, units=options.units)
            if shown:
                _full(shown, controls, options)
        if shown:
            with all_heads, st.container(key="attention-heads"):
                largest = None if options.stretched else shared_scale(shown)
                thumbnails_panel([one for one, _room in chosen], shown, largest=largest)
    if note := matrices().get(controls.gallery_id):
        with st.expander(_("The note's own matrix"), icon=":material/menu_book:", expanded=options.form == "matrix"):
            note_panel(note)


def _results(controls: Controls) -> "dict[int, AttentionResult]":
    """Of each model of the sidebar that can be had, by its place there."""
    results = {}
    for place, name in enumerate(controls.models):
        with problems(name):
            results[place] = attended_with_progress(name, controls)
    return results


def _full(shown: Sequence[Shown], controls: Controls, options: Options) -> None:
    known = run_about(controls, "relations", (shown[0].model,))
    role = role_sentence(known, shown[0].model, shown[0].head) if known else ""
    finding = _drawn(shown, options)
    finding = replace(finding, sentence=f"{finding.sentence} {role}".strip())
    with st.container(key="attention-says"):
        say(finding)
    if options.form == "matrix" and sum(len(one.table) for one in shown) > charts.CELLS_DRAWN:
        _pictures(shown, options)
    else:
        show(finding, key=options.form, on_pick=take_edge if options.form == "matrix" else None, sentence=False)
    for line in (why_these(shown), *_first_words(shown)):
        if line:
            st.caption(known_names().markdown(line))
    regions_panel(shown)
    edge_panel(shown)
    perturb_panel(shown)


def _drawn(shown: Sequence[Shown], options: Options) -> Finding:
    if options.form == "bars":
        return attention_bars(shown, stretched=options.stretched)
    if options.form == "matrix":
        return attention_matrices(shown, stretched=options.stretched)
    return attention_lines(shown, rows=options.rows, stretched=options.stretched)


def _first_words(shown: Sequence[Shown]) -> list[str]:
    """Of models that read nothing before the text."""
    names = [model_label(one.model) for one in shown if not one.result.has_first_token]
    message = prose("no_first_token")
    return [message.format(name=listed(names))] if names else []


def _pictures(shown: Sequence[Shown], options: Options) -> None:
    """Of a long sentence each head as a picture in a column of its own, on one scale unless stretched."""
    largest = None if options.stretched else largest_shown(shown)
    for number, (one, column) in enumerate(zip(shown, st.columns(len(shown)), strict=True)):
        with column:
            finding = head_pattern(one.result, one.head, units=one.units, largest=largest)
            st.markdown(f"**{model_label(one.name)}**")
            alt = f"{one.name}: {plain(finding.sentence)}"
            picture(finding.table, f"head-{number}", alt, largest, tallest=TALLEST)
            if finding.reading:
                st.caption(finding.reading)
            take(finding, f"head-{number}")
