"""What was not plain in an upload, and the controls that settle it."""

from typing import Any

import streamlit as st

from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.text.reading import Upload
from mhattn_core.ui.upload_files import token
from mhattn_core.ui.visit import visit
from mhattn_core.visitors.visits import GivenFile

# What a choice leaves of those made before: columns of another sheet, or under another header, are other columns.
LEFT = {
    "sheet": ("base",),
    "header": ("sheet", "base"),
    "columns": ("sheet", "base"),
    "base": ("sheet", "header", "columns"),
}


def show_remarks(key: str, file: GivenFile, upload: Upload) -> None:
    """The remarks, and beside them whether the first row holds names, which sheet is read, and how links count
    words.
    """
    for remark in upload.remarks:
        st.info(escape(remark), icon=":material/info:")
    if upload.columns.in_doubt:
        with st.container(horizontal=True):
            for label, holds_names in ((_("The first row holds names"), True), (_("The first row is a pair"), False)):
                st.button(
                    label,
                    key=f"{key}-first-row-{holds_names}",
                    on_click=read_anew,
                    args=(file,),
                    kwargs={"header": holds_names},
                )
    this = f"{key}-{token(file)}"
    if len(upload.sheets) > 1:
        st.selectbox(
            _("Sheet"),
            upload.sheets,
            index=upload.sheets.index(upload.sheet),
            key=f"{this}-sheet",
            on_change=_sheet_chosen,
            args=(file, this),
        )
    if "alignment" in upload.columns.used:
        st.toggle(_("Links count words from 1"), key=f"{this}-base", on_change=_base_told, args=(file, this))


def read_anew(file: GivenFile, **way: Any) -> None:
    """Keep, for the next reading, what the reader says of the file (arguments of ``read_pairs``)."""
    left = set.intersection(*(set(LEFT[name]) for name in way))
    visit().read_file_as(file.name, {name: value for name, value in file.way.items() if name in left} | way)


def _sheet_chosen(file: GivenFile, this: str) -> None:
    read_anew(file, sheet=st.session_state[f"{this}-sheet"])


def _base_told(file: GivenFile, this: str) -> None:
    read_anew(file, base=int(st.session_state[f"{this}-base"]))
