"""One model's share of the Translation page: which source word each head ties to which target word."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.arrays.alignment_weights import AlignmentWeights, Weighting
from mhattn_core.attention import AttentionResult
from mhattn_core.attention.alignment_weights import alignment_readings, alignment_weights
from mhattn_core.attention.languages import languages_of
from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import Head, head_name, head_names
from mhattn_core.locale import _
from mhattn_core.measures.alignment.measures import links
from mhattn_core.measures.alignment.tables import pair_table
from mhattn_core.measures.quantities import quantity
from mhattn_core.models.control_names import trained_name
from mhattn_core.text.pair import SentencePair
from mhattn_core.ui.choices import choose_or_leave
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.head_choice import key_for
from mhattn_core.ui.model_heads import clicks, picked
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.page import draw, problems, wide_and_narrow
from mhattn_core.ui.panel import panel
from mhattn_core.ui.resources import HASHES, loaded
from mhattn_core.ui.translation.alignment_head import aligned_head
from mhattn_core.ui.translation.orientation import is_turned, tell_unreadable
from mhattn_core.ui.translation.yardstick import Reference, Yardstick, reference
from mhattn_core.ui.unknown import may_draw

BEST_ROWS = {"marian-zh-en": "awo"}
"""Where the best head on gold reads other rows than the first that a model offers."""
LISTED = 10


@panel
def alignment_panel(name: str, place: int, controls: Controls, yardstick: Yardstick, *, weight: Weighting) -> None:
    """A model's best head as matrix and as lines, and all its heads by how well they align; a click redraws this model
    alone.
    """
    st.subheader(escape(name), anchor=False)
    with problems(name):
        turned = is_turned(name, controls.pair)
        pair = _with_languages(name, place, controls.pair.turned if turned else controls.pair)
        _check_readable(name, pair)
        seen = attended_with_progress(name, replace(controls, pair=pair))
        if turned:
            st.caption(_("This model reads the second sentence, so the pair is turned round."))
        tell_unreadable(name, pair.a.text)
        if not pair.b:
            st.markdown(_("It writes: *{text}*").format(text=escape(seen.sentences["b"].text)))
        aligned = _weights(seen, _choose_rows(seen, place), weight)
        yard = reference(yardstick, seen, turned=turned)
        heads = None if yard is None else pair_table(name, aligned, yard.links)
        chosen = _choose_head(aligned, heads, yard, place)
        if may_draw(seen, aligned.stack, place):
            aligned_head(seen, aligned, yard, chosen, place)
            if heads is not None and yard is not None:
                _grid(heads, yard, chosen, place)


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
    # The names of rows are the field's own in every language, as in tables and addresses.
    return str(
        st.segmented_control(
            _("Rows"),
            options,
            default=best,
            required=True,
            key=key_for("rows", place),
            bind="query-params",
            help=_(
                "awi: the decoder step that reads a word. awo: the step before, which predicts it. b_to_a: words of the second sentence look at the first; a_to_b: the other way."
            ),
        )
    )


def _choose_head(
    aligned: AlignmentWeights, heads: pd.DataFrame | None, yard: Reference | None, place: int
) -> tuple[int, int]:
    layers, count = aligned.weights.shape[:2]
    names = [head_name(layer, head) for layer, head in np.ndindex(layers, count)]
    best = _best(aligned, heads, yard)
    label = _("The best on this pair: {name}").format(name=head_name(*best))
    chosen = choose_or_leave(_("Head"), names, label, key=key_for("head", place))
    return best if chosen is None else Head.parse(chosen, aligned.stack).cell


def _best(aligned: AlignmentWeights, heads: pd.DataFrame | None, yard: Reference | None) -> tuple[int, int]:
    """The head with the best score; among equals, and without links to compare with, the one that is surest of its
    links.
    """
    sure = np.where(links(aligned), np.nan_to_num(aligned.weights), 0).sum(axis=(-2, -1))
    score = np.zeros_like(sure)
    if heads is not None and yard is not None:
        values = heads.loc[heads["measure"] == yard.measure, "value"].to_numpy().reshape(sure.shape)
        score = -np.nan_to_num(values, nan=np.inf) if yard.measure == "aer" else np.nan_to_num(values)
    place = int(np.lexsort((-sure.ravel(), -score.ravel()))[0])
    return divmod(place, sure.shape[1])


def _grid(heads: pd.DataFrame, yard: Reference, chosen: tuple[int, int], place: int) -> None:
    title = (
        _("All heads by alignment error on this pair")
        if yard.measure == "aer"
        else _("All heads by agreement with the yardstick")
    )
    st.markdown(f"**{title}** · `{heads['stack'].iloc[0]}`")
    wide, narrow = wide_and_narrow(f"aligners-{place}")
    with wide:
        draw(
            charts.head_grid(
                heads,
                measure=yard.measure,
                title=quantity(yard.measure).axis,
                domain=(0, 1),
                reverse=yard.measure == "aer",
                chosen=chosen,
                clicks=clicks(),
            ),
            key=f"aligners-{place}",
            on_select=lambda: _open_picked(place),
            selection_mode=charts.PICKED,
            alt_text=_("{title}; {name} is open above.").format(title=title, name=head_name(*chosen)),
        )
    with narrow:
        rows = (
            heads[heads["measure"] == yard.measure].sort_values("value", ascending=yard.measure == "aer").head(LISTED)
        )
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
    st.caption(yard.says)


def _open_picked(place: int) -> None:
    found = picked(f"aligners-{place}")
    if found:
        _open(place, head_name(*found))


def _open(place: int, name: str | None) -> None:
    if name:
        st.session_state[key_for("head", place)] = name
