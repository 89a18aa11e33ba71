"""A card to take away: one file that needs no network."""

import streamlit as st

from mhattn_core.charts.save import file_stem
from mhattn_core.findings.card.files import FORMATS, card_bytes
from mhattn_core.findings.card.value import head_card_of
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _, in_this_language
from mhattn_core.runs.run import Run
from mhattn_core.ui.names import model_label


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
