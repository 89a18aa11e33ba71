"""Taking a chart away: a button that opens the choice of format and size, and a file that is made when it is asked
for.
"""

from collections.abc import Callable

import altair as alt
import pandas as pd
import streamlit as st

from mhattn_core.charts.fonts import undrawn_in
from mhattn_core.charts.presets import PRESETS
from mhattn_core.charts.save import FIGURES, chart_bytes, file_stem
from mhattn_core.charts.table_export import TABLES, table_bytes
from mhattn_core.locale import _, in_this_language
from mhattn_core.text.prose import prose


def export_panel(
    chart: Callable[[str], alt.TopLevelMixin], table: pd.DataFrame, *, key: str, name: str, note: str
) -> None:
    """A *Download* button beside a chart.

    chart: draws it for a preset; called only when a file is asked for. table: its numbers. name: what the file is
    called, made safe here. note: ``model@revision`` or a run's id, for the file's metadata.
    """
    presets = {
        "screen": _("screen (700 px)"),
        "slide": _("slide (16:9, 20 pt)"),
        "column": _("column of a paper (3.03 in, 8 pt)"),
        "page": _("width of a page (6.3 in, 8 pt)"),
    }
    tables = {"csv": _("CSV: the numbers"), "parquet": _("Parquet: the numbers"), "tex": _("LaTeX: the numbers")}
    with st.popover(_("Download"), icon=":material/download:", type="tertiary"):
        format_ = str(
            st.selectbox(
                _("Format"),
                [*FIGURES, *TABLES],
                index=FIGURES.index("pdf"),
                format_func=lambda one: tables.get(one, one.upper()),
                key=f"format-{key}",
            )
        )
        preset = "screen"
        if format_ in FIGURES:
            preset = str(
                st.selectbox(_("Size"), list(PRESETS), index=2, format_func=presets.__getitem__, key=f"preset-{key}")
            )
            _tell_missing(table)

        def content() -> bytes:
            return (
                chart_bytes(chart(preset), format_, preset=preset, note=note)
                if format_ in FIGURES
                else table_bytes(table, format_, note=note)
            )

        st.download_button(
            _("Save the file"),
            in_this_language(content),  # Streamlit asks for the file in a thread of its own
            file_name=f"{file_stem(name)}.{format_}",
            icon=":material/save:",
            key=f"save-{key}",
            on_click="ignore",
        )


def _tell_missing(table: pd.DataFrame) -> None:
    if missing := undrawn_in(table):
        st.caption(prose("font_missing").format(signs=" ".join(missing[:10])))
