"""Everything that a run says of one head, beside its counterpart or any other head: a row a finding."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from mhattn_core.charts.save import file_stem
from mhattn_core.errors import Problem
from mhattn_core.findings import Finding
from mhattn_core.findings.card.files import FORMATS, card_bytes
from mhattn_core.findings.card.value import head_card_of, head_findings, made
from mhattn_core.findings.card.views import VIEWS, titles
from mhattn_core.findings.card.words import head_words
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.overview.card import role_lines
from mhattn_core.findings.overview.heads import head_overview
from mhattn_core.findings.value import on_one_axis
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _, in_this_language, stated
from mhattn_core.runs.run import Run
from mhattn_core.ui.choices import choose, open_tab
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_evidence, evidence_with, say_evidence
from mhattn_core.ui.head.choice import choose_heads
from mhattn_core.ui.head.sentences import sentences
from mhattn_core.ui.head_panel import live_heads
from mhattn_core.ui.names import model_label
from mhattn_core.ui.navigation import link
from mhattn_core.ui.panel import panel
from mhattn_core.ui.show import show

Make = Callable[[], Finding]


@panel
def head_page(controls: Controls) -> None:
    """Two cards side by side, finding by finding, so that the same stands beside the same."""
    evidence = chosen_evidence(controls) or evidence_with(controls, "relations")
    run = evidence.run
    known = head_overview(run, run.models)
    heads = choose_heads(run, known)
    for head, column in zip(heads, st.columns(2, gap="medium"), strict=True):
        with column:
            _in_short(head, known)
    view = open_tab(titles())
    if view == "live":
        live_heads(heads, controls)
    else:
        _say_missing([problem for name in VIEWS[view] for problem in _row(name, run, heads)])
    for head, column in zip(heads, st.columns(2, gap="medium"), strict=True):
        with column:
            card_file(run, head)
    say_evidence(evidence)


def _row(name: str, run: Run, heads: Sequence[ModelHead]) -> list[Problem]:
    """One finding of each head; what neither says is returned."""
    if name == "head_sentences":
        return sentences(run, heads)
    if name == "head_words":
        with st.container(horizontal=True):
            side, by = _which_words()
        return _side_by_side(name, [partial(head_words, run, **_asked(head), side=side, by=by) for head in heads])
    return _side_by_side(name, [head_findings(head, run)[name] for head in heads])


def _side_by_side(name: str, makes: Sequence[Make]) -> list[Problem]:
    """One finding of each head on one axis, with how to read both below; what cannot be said is returned if neither
    says it, else stands in its place.
    """
    said = [made(make) for make in makes]
    findings = [one for one in said if isinstance(one, Finding)]
    if not findings:
        return [one for one in said if isinstance(one, Problem)]
    axes = on_one_axis(findings)
    for place, (one, column) in enumerate(zip(said, st.columns(len(said), gap="medium"), strict=True)):
        with column:
            if isinstance(one, Problem):
                st.caption(escape(f"{one.happened} {one.remedy}"))
            else:
                on_screen: dict[str, Any] = {"ends": axes[one.axis.of].ends} if one.axis else {}
                show(replace(one, reading=""), key=f"{name}-{place}", **on_screen)
    st.caption(findings[0].reading)
    return []


def _in_short(head: ModelHead, known: pd.DataFrame) -> None:
    """What it does and what breaks without it; its name only, of a stack that the overview does not show."""
    rows = known[[one == head for one in ModelHead.of_table(known)]]
    lines = [
        stated(what, f"**{model_label(value)}**") for _index, one in rows.iterrows() for what, value in role_lines(one)
    ]
    st.markdown(f"**{model_label(head.name)}**  \n:small[{' · '.join(lines)}]")


def _which_words() -> tuple[str, str]:
    """Side and order of the words, for both heads."""
    sides = {"key": _("words attended to"), "query": _("words that attend")}
    orders = {"mass": _("by share of the weight"), "lift": _("by lift over frequency")}
    side = choose(_("Words"), sides, key="side", pills=True, bare=True)
    return side, choose(_("Order"), orders, key="order", pills=True, bare=True)


def _asked(head: ModelHead) -> dict[str, str]:
    return {"model": head.model, "stack": head.stack, "head": head.within.name}


def _say_missing(missing: Sequence[Problem]) -> None:
    """Each reason once, and where it is measured."""
    reasons = {problem.happened: problem for problem in missing}
    if reasons:
        st.info("  \n".join(escape(f"{problem.happened} {problem.remedy}") for problem in reasons.values()))
        link("Runs", _("Measure pairs"), tab="new")


def card_file(run: Run, head: ModelHead) -> None:
    """A *Download* of the whole card; it is drawn only when a file is asked for."""
    key = head.name
    with st.popover(
        _("Download the card of {head}").format(head=model_label(head.name)),
        icon=":material/download:",
        type="tertiary",
    ):
        format_ = st.segmented_control(
            _("Format"), FORMATS, default=FORMATS[0], required=True, format_func=str.upper, key=f"card-format-{key}"
        )
        st.download_button(
            _("Save the file"),
            # Streamlit asks for the file in a thread of its own.
            in_this_language(lambda: card_bytes(head_card_of(run, head), str(format_))),
            file_name=f"{file_stem(head.name)}.{format_}",
            icon=":material/save:",
            key=f"card-save-{key}",
            on_click="ignore",
        )
