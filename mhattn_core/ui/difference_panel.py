"""Two checkpoints of one architecture, head by head."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.findings.heads.difference import as_pair, usual_two, with_counterparts
from mhattn_core.findings.heads.two_models import TwoModels, in_run, offered_measures, on_one_pair
from mhattn_core.heads import Head, head_names
from mhattn_core.locale import _
from mhattn_core.measures.difference import shape
from mhattn_core.measures.quantities import Quantity
from mhattn_core.models.control_names import trained_name
from mhattn_core.text.feeding import AS_PAIR
from mhattn_core.ui.choices import choose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_run
from mhattn_core.ui.head_choice import choose_head, choose_stack, take_head
from mhattn_core.ui.head_panel import head_panel, whole_head
from mhattn_core.ui.model_heads import heads_on_pair
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.names import known_names, model_label
from mhattn_core.ui.page import problems
from mhattn_core.ui.panel import panel
from mhattn_core.ui.quantity_choice import choose_quantity
from mhattn_core.ui.show import say, show
from mhattn_core.ui.tables import show_table
from mhattn_core.ui.unknown import may_draw

CHOSEN = "changed"


@panel
def difference_panel(controls: Controls) -> None:
    """How heads of two models of one architecture differ in one measure; a click on a head redraws this and not the
    page.
    """
    shapes = _shapes(controls)
    if not shapes:
        return
    before, after = _choose_two(shapes)
    run = chosen_run(controls)
    words = choose_quantity(_("Measure"), offered_measures(*filter(None, [run])), key="measure")
    if before == after and (run or controls.pair.feeding == AS_PAIR):
        raise Problem(
            _("Both are {name}.").format(name=after),
            _(
                "Choose another model on one side; or, without a run, feed the pair as a chat, to see what that changes."
            ),
        )
    seen = attended_with_progress(after, controls)
    first = controls if before != after else replace(controls, pair=as_pair(seen))
    both = attended_with_progress(before, first), seen
    own = after if after in shapes else next(name for name in shapes if trained_name(name) == trained_name(after))
    place = controls.models.index(own)
    stack = choose_stack(seen, place)
    # What a model does not know of the pair says nothing about a run.
    if not run and not may_draw(seen, stack, place):
        return
    if run:
        said = in_run(run, before, after, stack, words.code)
    else:
        said = on_one_pair(both, [heads_on_pair(one) for one in both], stack, words.code)
    chosen = _pictures(said, words)
    heads = [whole_head(one, Head(stack, *chosen)) for one in both]
    for number, (column, one) in enumerate(zip(st.columns(2), heads, strict=True)):
        with column:
            st.markdown(f"**{model_label(one.model)}**")
            head_panel(one, number, beside=heads)


def _shapes(controls: Controls) -> dict[str, object]:
    """The stacks, layers and heads of the sidebar's models that can be read; of the others, why not."""
    shapes: dict[str, object] = {}
    for name in controls.models:
        with problems(name):
            shapes[name] = shape(heads_on_pair(attended_with_progress(name, controls)))
    return shapes


def _choose_two(shapes: Mapping[str, object]) -> tuple[str, str]:
    before, after = usual_two(shapes)
    labels = {name: known_names().name(name) for name in with_counterparts(list(shapes))}
    columns = st.columns(2)
    with columns[0]:
        first = choose(_("From"), labels, key="from", default=before)
    with columns[1]:
        second = choose(_("To"), labels, key="to", default=after)
    return first, second


def _pictures(said: TwoModels, words: Quantity) -> tuple[int, int]:
    """The grid, the scatter, the table and, where they are known, the regions; the result is the head that is chosen."""
    grid, scatter, moved = said
    say(grid)
    st.caption(f"**{words.axis}** · {words.explanation}")
    pictures = st.container()
    chosen = _choose_head(grid.table)
    with pictures:
        names = [_("Head by head"), _("One against the other"), _("Most changed"), _("Regions of the text")]
        first, second, most, *last = st.tabs(names if moved else names[:3])
    on_pick = partial(take_head, key=CHOSEN)
    with first:
        show(grid, key="difference", on_pick=on_pick, sentence=False, chosen=chosen)
    with second:
        show(scatter, key="before-after", on_pick=on_pick, sentence=False, chosen=chosen)
    with most:
        _most_changed(grid.table)
    if moved:
        with last[0]:
            show(moved, key="region-difference")
    return chosen


def _choose_head(ordered: pd.DataFrame) -> tuple[int, int]:
    """The head that a person chose or clicked, else the one that differs most."""
    known = ordered.dropna(subset="value")
    top = Head.of_row(known.iloc[0])
    names = list(head_names(known.sort_values(["layer", "head"])))
    return Head.parse(choose_head(names, top.name, _("The most changed: {name}"), key=CHOSEN), top.stack).cell


def _most_changed(ordered: pd.DataFrame) -> None:
    """All heads, those that differ most first."""
    intervals = [] if ordered["low"].isna().all() else ["low", "high", "n"]
    both = {side: known_names().name(ordered[f"model_{side}"].iloc[0]) for side in ("a", "b")}
    show_table(
        ordered.assign(name=head_names(ordered))[["name", "a", "b", "value", *intervals]],
        called={**both, "value": _("difference")},
        formats={"%.3f": both, "%+.3f": ("value",)},
        height=380,
    )
