"""Saying which column of an upload holds what."""

from collections.abc import Mapping

import streamlit as st

from mhattn_core.findings.runs.upload import field_labels
from mhattn_core.locale import _
from mhattn_core.text.reading import FIELDS, Upload
from mhattn_core.ui.upload_files import token
from mhattn_core.ui.upload_remarks import read_anew
from mhattn_core.visitors.visits import GivenFile


def choose_columns(key: str, file: GivenFile, upload: Upload) -> None:
    """Select boxes for what stands in which column; a choice holds for the next reading."""
    columns = upload.columns
    if not columns.found:
        return
    known = "source" in columns.used
    if not known:
        st.warning(
            _("The columns do not say which of them holds the sentences: choose it below."),
            icon=":material/view_column:",
        )
    labels = field_labels()
    first: Mapping[str, str] = upload.head[0] if upload.head else {}
    names = {"": _("(none)")} | {
        name: f"{name}: {first.get(name, '')[:30]}" if not columns.header else name for name in columns.found
    }
    # Boxes of another file, or of the same one read with other names, are other boxes.
    this = f"{key}-{token(file)}-{upload.sheet}-{columns.header}"
    with st.expander(_("Columns"), expanded=not known, icon=":material/view_column:"):
        if upload.format in ("csv", "tsv", "txt", "xlsx"):
            st.toggle(
                _("The first row holds names"),
                value=columns.header,
                key=f"{this}-header",
                on_change=_header_told,
                args=(file, this),
            )
        places = st.columns(3)
        for number, field in enumerate(FIELDS):
            places[number % 3].selectbox(
                labels[field],
                list(names),
                index=list(names).index(columns.used.get(field, "")),
                format_func=names.__getitem__,
                key=f"{this}-{field}",
                on_change=_column_chosen,
                args=(file, this),
            )


def _header_told(file: GivenFile, this: str) -> None:
    read_anew(file, header=st.session_state[f"{this}-header"])


def _column_chosen(file: GivenFile, this: str) -> None:
    header = {"header": st.session_state[f"{this}-header"]} if f"{this}-header" in st.session_state else {}
    read_anew(file, columns={field: st.session_state[f"{this}-{field}"] for field in FIELDS}, **header)
