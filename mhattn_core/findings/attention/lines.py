"""The chosen head of each model as lines between words, as matrices, and as bars from one word."""

from collections.abc import Callable, Sequence
from functools import partial

import altair as alt
import pandas as pd

from mhattn_core import charts
from mhattn_core.charts.attention_layout import fits_rows
from mhattn_core.findings.attention.shown import Shown, all_weights, drawn, largest_shown, pattern_sentence
from mhattn_core.findings.feeding import feeding_title
from mhattn_core.findings.of_pair import literal, loading, source_of
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.models.precision import precision_of


def attention_lines(shown: Sequence[Shown], *, rows: bool | None = None, stretched: bool = False) -> Finding:
    """One head of each model, and in the browser all others of it. rows: whether words stand in rows instead of
    columns; by default short Chinese sentences do. stretched: each model's strongest line is as thick as any other's.
    """
    of, least = drawn(shown, stretched=stretched)
    rows = fits_rows(of.words) if rows is None else rows
    scale = (
        _("Thickness is relative to the largest weight of each head.")
        if stretched
        else _("Thickness is the weight, on one scale for all models.")
    )
    reading = _(
        "Each line runs from a word that attends to a word attended to. Point at a word, or choose one in the box, to "
        "see its lines in every model, special tokens too. {scale} Weights under {least:.2f} have no line."
    )
    return _finding(
        shown,
        reading.format(scale=scale, least=least),
        partial(charts.attention_lines, of, rows=rows),
        partial(charts.attention_lines, of, rows=rows, narrow=True),
    )


def attention_bars(shown: Sequence[Shown], *, stretched: bool = False) -> Finding:
    """From one word, chosen in the browser, to all others: a bar for each weight, models side by side."""
    of, _least = drawn(shown, stretched=stretched)
    table = all_weights(shown)
    reading = _("Bars are weights from the word in the box, {scale}. With special tokens they sum to 1.")
    return _finding(
        shown,
        reading.format(
            scale=_("relative to the largest of each head") if stretched else _("on one scale for all models")
        ),
        partial(charts.attention_bars, of, table),
        partial(charts.attention_bars, of, table, narrow=True),
    )


def attention_matrices(shown: Sequence[Shown], *, stretched: bool = False) -> Finding:
    """A matrix for each model; where the screen is narrow, bars. stretched: each model's colours end at its largest."""
    of, _least = drawn(shown, stretched=stretched)
    table = all_weights(shown)
    panels = pd.concat(
        [one.table.assign(panel=panel, title=one.name) for panel, one in enumerate(shown)], ignore_index=True
    )
    reading = _(
        "A row is a word that attends, a column a word attended to; special tokens stand apart in grey, and with them a "
        "row sums to 1. Point at a cell to see the same two words in every model. {scale}"
    )
    return _finding(
        shown,
        reading.format(
            scale=_("Colours end at the largest weight of each head.") if stretched else _("One scale for all models.")
        ),
        partial(charts.attention_matrices, panels, largest=None if stretched else largest_shown(shown)),
        # Bars have no cells to click.
        lambda **_clicks: charts.attention_bars(of, table, narrow=True),
    )


def _finding(
    shown: Sequence[Shown],
    reading: str,
    draw: Callable[..., alt.LayerChart],
    draw_narrow: Callable[..., alt.LayerChart],
) -> Finding:
    first = shown[0]
    return Finding(
        f"{first.model} {first.head.full_name}",
        pattern_sentence(shown),
        all_weights(shown),
        draw,
        reading,
        1,
        " · ".join(f"{source_of(one.result)} · {one.head.full_name}" for one in shown),
        _code(shown),
        draw_narrow=draw_narrow,
        fed=feeding_title(first.result.pair.feeding),
    )


def _load(one: Shown) -> str:
    return loading(repr(one.model), precision_of(one.result.model.revision))


def _code(shown: Sequence[Shown]) -> str:
    """Python that gives the table of all these heads again."""
    heads = [f"    Shown(mh.attend({_load(one)}, pair), {one.head!r}, units={one.units!r})," for one in shown]
    return "\n".join(
        (
            "import mhattn_core as mh",
            "from mhattn_core.findings.attention.shown import Shown, all_weights",
            "from mhattn_core.heads import Head",
            "",
            f"pair = {literal(shown[0].result.pair)}",
            "all_weights([",
            *heads,
            "])",
        )
    )
