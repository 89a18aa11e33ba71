"""What a run says of one head, in a frame, with ways to go on."""

import pandas as pd
import streamlit as st

from mhattn_core.findings.overview.card import card_lines
from mhattn_core.heads import head_name
from mhattn_core.locale import _, stated
from mhattn_core.ui.names import model_label
from mhattn_core.ui.navigation import link


def card(head: "pd.Series[object]", *, with_page: bool = True) -> None:
    """head: a row of ``head_overview``. with_page: whether a link leads to the page of the head."""
    name = head_name(int(str(head["layer"])), int(str(head["head"])))
    model = str(head["model"])
    with st.container(border=True):
        st.markdown(f"**{model_label(str(head['name']))}**")
        st.markdown(
            "\n".join(
                f"- {stated(line.what, f'**{model_label(line.value)}**')}" for line in card_lines(head).itertuples()
            )
        )
        with st.container(horizontal=True):
            if with_page:
                link("Head", _("Its page"), model=model, head=name)
            link("Attention", _("Show its attention"), models=[model], head=name)
            link("Fault tolerance", _("Switch it off"), models=[model])
