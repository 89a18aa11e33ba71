"""Behind the first view: all heads, layers, how far to believe it, and the numbers."""

from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mhattn_core.findings.summarisation.document import DocumentAttention, cells_titles, totals
from mhattn_core.findings.summarisation.heads_and_layers import (
    cautions,
    comparisons,
    heads_of_document,
    layers_of_document,
    ways,
)
from mhattn_core.findings.summarisation.held_out import HeldOutAgreement, other_documents
from mhattn_core.findings.summarisation.selection import HeadSelection
from mhattn_core.locale import _
from mhattn_core.models.control_names import CONTROLS, with_control
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose
from mhattn_core.ui.head_choice import take_head
from mhattn_core.ui.names import model_label
from mhattn_core.ui.show import show
from mhattn_core.ui.summarisation.elsewhere import measure_elsewhere, stored
from mhattn_core.ui.summarisation.live import Work, bar_with_stop, is_here, loaded_with_bar
from mhattn_core.ui.summarisation.picture import HEAD
from mhattn_core.ui.turns import turn

GRID = "segment-heads"


def heads_tab(found: DocumentAttention, whose: HeadSelection, known: HeldOutAgreement | None) -> None:
    """All heads, by agreement or by lift."""
    if _nothing_in_common(found):
        return
    by = choose(_("Heads by"), ways(known), key="heads_by", pills=True, persist=True)
    show(heads_of_document(found, known, by), key=GRID, on_pick=partial(take_head, key=HEAD), chosen=whose.framed)
    st.caption(_("A cell is a head; a click opens it above, as the box “Head” does."))


def _nothing_in_common(found: DocumentAttention) -> bool:
    """Say so where ROUGE has nothing to compare heads with."""
    if found.hits.shape[-1]:
        return False
    st.info(_("No sentence of this summary shares a word with the document, so there is nothing to compare heads by."))
    return True


def layers_tab(found: DocumentAttention) -> None:
    """Mean lift of the likest segment by layer, beside its random controls where they are stored."""
    if _nothing_in_common(found):
        return
    names = [with_control(found.model, control) for control in CONTROLS]
    controls = [stored(name, found.given) for name in names if name != found.model]
    show(layers_of_document(found, [one for one in controls if one is not None]), key="segment-layers")


def believe_tab(found: DocumentAttention, known: HeldOutAgreement | None) -> Work | None:
    """What the numbers are to be held against, in words and a table; work to do, where a button for it was pressed."""
    st.markdown(prose("score_of_summary"))
    table = comparisons(found, known).set_axis(
        [_("agreement with ROUGE-L"), _("this document"), _("other documents")], axis=1
    )
    percent = {name: st.column_config.NumberColumn(name, format="percent") for name in table.columns[1:]}
    st.dataframe(table, hide_index=True, column_config=percent, placeholder="–")
    for line in cautions(found, known):
        st.markdown(line)
    if known is not None:
        st.caption(_("Agreement on other documents: {source}.").format(source=f"`{known.source}`"))
        return None
    if not is_here(found.model) or not other_documents(found.given):
        return None
    pressed = st.button(
        _("Choose a head: run {name} on {documents} other documents").format(
            name=model_label(found.model), documents=len(other_documents(found.given))
        ),
        key="summary-elsewhere",
        icon=":material/play_arrow:",
    )
    return (lambda place: _measure(found, place)) if pressed else None


def _measure(found: DocumentAttention, place: DeltaGenerator) -> None:
    bar = bar_with_stop(place)
    model = loaded_with_bar(found.model, place)
    text = _("{name} is reading the gallery’s other documents.").format(name=model_label(found.model))
    with turn(bar, text):
        measure_elsewhere(model, found.given, lambda share: bar.progress(share, text=text))
    st.rerun()


def table_tab(found: DocumentAttention, whose: HeadSelection, table: pd.DataFrame) -> None:
    """The numbers of the chart, and where each word's attention goes."""
    columns = cells_titles()
    st.dataframe(table[list(columns)].rename(columns=columns), hide_index=True, height=300)
    st.caption(_("Over the segments of a row the shares add up to 1, and the lifts to 0."))
    st.dataframe(totals(found, whose.layer, whose.head), hide_index=True, height=240)
    st.caption(prose("document_sum"))
