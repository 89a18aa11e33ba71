"""One model's share of the Translation page: which source word each head ties to which target word."""

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from mhattn_core.arrays.alignment_weights import AlignmentWeights, Weighting
from mhattn_core.attention.alignment_weights import alignment_readings, alignment_weights
from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.languages import languages_of
from mhattn_core.errors import Problem
from mhattn_core.experiments.alignment.translators import is_turned
from mhattn_core.findings import Finding
from mhattn_core.findings.markdown import escape, plain
from mhattn_core.findings.translation.all_heads import aligner_grid, best_aligner
from mhattn_core.findings.translation.one_head import link_lines, link_matrix
from mhattn_core.findings.translation.reference import ReferenceLinks
from mhattn_core.heads import Head, head_name, head_names
from mhattn_core.locale import _
from mhattn_core.models.control_names import trained_name
from mhattn_core.text.code_names import code_names
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose, choose_or_leave
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.head_choice import key_for, take_head
from mhattn_core.ui.head_panel import picture
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.names import model_label
from mhattn_core.ui.page import problems, wide_and_narrow
from mhattn_core.ui.panel import panel
from mhattn_core.ui.resources import HASHES, loaded
from mhattn_core.ui.show import say, show, take
from mhattn_core.ui.tables import show_table
from mhattn_core.ui.translation.reference_aligner import ReferenceChoice, links_to_compare
from mhattn_core.ui.unknown import may_draw, may_translate

BEST_ROWS = {"marian-zh-en": "awo"}
"""Where the best head on gold reads other rows than the first that a model offers."""
LISTED = 10


@panel
def alignment_panel(name: str, place: int, controls: Controls, choice: ReferenceChoice, *, weight: Weighting) -> None:
    """A model's best head as matrix and as lines, and all its heads by how well they align; a click redraws this model
    alone.
    """
    turned = is_turned(name, controls.pair)
    note = _("This model reads the second sentence, so source and target are swapped.") if turned else None
    st.markdown(f"**{model_label(name)}**", help=note)
    with problems(name):
        pair = _with_languages(name, place, controls.pair.turned if turned else controls.pair)
        _check_readable(name, pair)
        if not may_translate(name, pair.a.text, place):
            return
        seen = attended_with_progress(name, replace(controls, pair=pair))
        if not pair.b:
            st.markdown(_("It writes: *{text}*").format(text=escape(seen.sentences["b"].text)))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            aligned = _weights(seen, _choose_rows(seen, place), weight)
            reference = links_to_compare(choice, seen, turned=turned)
            chosen = _choose_head(name, aligned, reference, place)
        if may_draw(seen, aligned.stack, place):
            one_aligner(seen, aligned, reference, chosen, place)
            if reference is not None:
                _grid(aligner_grid(seen, aligned, reference), chosen, place)


def _with_languages(name: str, place: int, pair: SentencePair) -> SentencePair:
    """Let the reader say what a multilingual translator reads and writes."""
    codes = languages_of(loaded(name))
    if not codes:
        return pair
    by_script = _("by script (Chinese or English)")
    left, right = st.columns(2)
    source = left.selectbox(
        _("It reads"), ["", *codes], format_func=lambda code: code or by_script, key=key_for("reads", place)
    )
    target = right.selectbox(
        _("It writes"), ["", *codes], format_func=lambda code: code or by_script, key=key_for("writes", place)
    )
    return replace(pair, source_language=source, target_language=target)


def _check_readable(name: str, pair: SentencePair) -> None:
    if not pair.b and "cross" not in loaded(name).stacks:
        raise Problem(
            _("“{name}” is no translator, so it cannot write the second sentence.").format(name=name),
            _("Type a second sentence, or choose a translator."),
        )


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def _weights(seen: AttentionResult, rows: str, weight: Weighting) -> AlignmentWeights:
    return alignment_weights(seen, rows, weight)  # type: ignore[arg-type]  # rows are one of this model's own


def _choose_rows(seen: AttentionResult, place: int) -> str:
    options = [rows for _stack, rows in alignment_readings(seen.model)]
    best = BEST_ROWS.get(trained_name(seen.model.name), options[0])
    label = _("Rows of {name}").format(name=model_label(seen.model.name))
    key, help_text = key_for("rows", place), prose("alignment_rows")
    return choose(label, code_names(options), key=key, default=best, pills=True, help_text=help_text)


def _choose_head(
    aligned_by: str, aligned: AlignmentWeights, reference: ReferenceLinks | None, place: int
) -> tuple[int, int]:
    layers, count = aligned.weights.shape[:2]
    names = [head_name(layer, head) for layer, head in np.ndindex(layers, count)]
    best = best_aligner(aligned, reference)
    label = _("{name} (best here)").format(name=head_name(*best))
    of = _("Head of {name}").format(name=model_label(aligned_by))
    chosen = choose_or_leave(of, names, label, key=key_for("head", place))
    return best if chosen is None else Head.parse(chosen, aligned.stack).cell


def _grid(finding: Finding, chosen: tuple[int, int], place: int) -> None:
    st.markdown(f"**{finding.sentence}** · `{finding.table['stack'].iloc[0]}`")
    wide, narrow = wide_and_narrow(f"aligners-{place}")
    on_pick = partial(take_head, key=key_for("head", place))
    with wide:
        show(finding, key=f"aligners-{place}", on_pick=on_pick, sentence=False, chosen=chosen)
    with narrow:
        _list(finding, place)


def _list(finding: Finding, place: int) -> None:
    """The ten best heads by name, where a grid has no room."""
    rows = finding.table.head(LISTED)
    labels = {name: f"{name} · {value:.2f}" for name, value in zip(head_names(rows), rows["value"], strict=True)}
    st.selectbox(
        _("The ten best heads"),
        list(labels),
        index=None,
        format_func=labels.__getitem__,
        placeholder=_("Choose a head to open it above"),
        key=f"aligner-{place}",
        on_change=lambda: _open(place, st.session_state[f"aligner-{place}"]),
    )
    st.caption(finding.reading)


def _open(place: int, name: str | None) -> None:
    if name:
        st.session_state[key_for("head", place)] = name


def one_aligner(
    seen: AttentionResult,
    aligned: AlignmentWeights,
    reference: ReferenceLinks | None,
    chosen: tuple[int, int],
    place: int,
) -> None:
    """The head's finding, then its matrix, its links as lines, and both as a table."""
    matrix, lines = (make(seen, aligned, *chosen, reference) for make in (link_matrix, link_lines))
    say(matrix)
    drawn, tied, numbers = st.tabs([_("Matrix"), _("Lines"), _("Table")])
    with drawn:
        alt = f"{head_name(*chosen, model=seen.model.name)}: {plain(matrix.sentence)}"
        picture(matrix.table, f"align-{place}", alt, None)
        st.caption(matrix.reading)
        take(matrix, f"align-{place}")
    with tied:
        show(lines, key=f"lines-{place}", sentence=False)
    with numbers:
        show_table(lines.table, of=lines.of, height=300)
