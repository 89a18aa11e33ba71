"""The note's own matrix of a summary, beside the Chinese document that was written for it."""

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.markdown import plain
from mhattn_core.locale import _
from mhattn_core.text.claims import matrices
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.page import draw

DOCUMENT = "ai"
"""The document of the gallery whose summary is the note's."""


def note_matrix() -> None:
    """What the note claims, as picture and sentence. Its document has no text, so no length and no lift."""
    note = matrices()["summary"]
    st.markdown("**{title}**".format(title=_("The note's own matrix")))
    table = note_table()
    claims = _(
        "The note says: *AI* comes mainly from segments 1 and 2, *技术* (technology) from segment 2, *发展* (development) from all over, *迅速* (fast) from segments 4 and 5."
    )
    st.markdown(claims)

    def chart() -> object:
        return charts.segment_matrix(table, value="share")

    draw(charts.segment_matrix(table, value="share"), key="note-segments", alt_text=plain(claims))
    st.caption(
        _("Invented to explain the idea (section {number} of the note); no model was measured.").format(
            number=note.section
        )
    )
    export_panel(chart, table, key="note-segments", name="note summary", note="note")


def note_table() -> pd.DataFrame:
    """The note's numbers as ``charts.segment_matrix`` takes them; every segment counts as equally long."""
    note = matrices()["summary"]
    rows, columns = (axis.ravel() for axis in np.indices(note.weights.shape))
    even = 1 / len(note.keys)
    share = note.weights.ravel().astype(float)
    return pd.DataFrame(
        {
            "row": rows,
            "part": np.array(note.queries, dtype=object)[rows],
            "column": columns,
            "segment": np.array(note.keys, dtype=object)[columns],
            "share": share,
            "length": even,
            "lift": share - even,
            "likest": False,
            "begins": "",
        }
    )
