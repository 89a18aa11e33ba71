"""Taking in a person's own pairs: a file, or cells pasted from a spreadsheet."""

from hashlib import sha256
from typing import cast

import pandas as pd
import streamlit as st

from mhattn_core.charts.table_export import table_bytes
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _, current_language
from mhattn_core.models.hosted import hosted
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.prose import prose
from mhattn_core.text.reading import FORMATS, HOSTED, Limits, Upload, read_pairs, samples
from mhattn_core.text.reading.limits import MEGABYTE
from mhattn_core.ui.navigation import link
from mhattn_core.ui.page import problems
from mhattn_core.ui.sidebar import take_pair
from mhattn_core.ui.upload_columns import choose_columns
from mhattn_core.ui.upload_remarks import show_remarks
from mhattn_core.ui.word_boundaries import CUTS

PASTED = "pasted.tsv"
SHOWN = 5
OWN_PAIRS = "own-pairs"
"""The key of what the reader wants to see or measure, wherever it was brought; gold links have a key of their own."""


def upload_panel(key: str) -> Upload | None:
    """Let the reader bring pairs, see how they were read, and say what the columns hold; the pairs, or None while there
    are none.

    What was brought stays under ``key`` for the session, also while other pages are open.
    """
    limits = HOSTED if hosted() else Limits()
    _take_in(key, limits)
    if f"{key}-given" not in st.session_state:
        return None
    upload = None
    with problems():
        upload = _read(key, limits)
    if upload:
        _detected(upload)
        show_remarks(key, upload)
        choose_columns(key, upload)
        _left_out(key, upload)
        if upload.pairs:
            _preview(key, upload)
    st.button(_("Remove these pairs"), key=f"{key}-remove", icon=":material/delete:", on_click=_forget, args=(key,))
    return upload if upload and upload.pairs else None


def own_pairs() -> None:
    """Bring pairs here, and go on to measure them; the page Data has them then."""
    if upload_panel(OWN_PAIRS):
        link("Runs", _("Measure these pairs"), tab="new")


def _take_in(key: str, limits: Limits) -> None:
    # A new key empties the two widgets when the pairs are removed.
    turn = st.session_state.setdefault(f"{key}-turn", 0)
    file_tab, paste_tab = st.tabs([_("A file"), _("Paste from a spreadsheet")])
    with file_tab:
        st.file_uploader(
            _("Sentence pairs, one a row"),
            type=[suffix.removeprefix(".") for suffix in FORMATS],
            key=f"{key}-file-{turn}",
            on_change=_file_chosen,
            args=(key, f"{key}-file-{turn}"),
            max_upload_size=limits.bytes // MEGABYTE,
            help=prose("columns_of_file"),
        )
        _offer_samples(key)
    with paste_tab:
        st.text_area(
            _("Cells as you copied them"),
            key=f"{key}-text-{turn}",
            on_change=_pasted,
            args=(key, f"{key}-text-{turn}"),
            persist_state="session",
            height=140,
            placeholder="The cat sleeps.\t猫在睡觉。",
            help=prose("pasted_columns"),
        )
    if hosted():
        st.caption(prose("shared_copy").format(megabytes=limits.bytes // MEGABYTE, rows=limits.rows))


def _offer_samples(key: str) -> None:
    with st.expander(_("Sample files"), icon=":material/description:"):
        st.caption(
            _("The same few pairs in each format, to look at or to fill in; .conllu holds sentences with their trees.")
        )
        with st.container(horizontal=True):
            for name, content in _samples().items():
                st.download_button(
                    name, content, name, key=f"{key}-sample-{name}", on_click="ignore", icon=":material/download:"
                )


@st.cache_data(max_entries=1)
def _samples() -> dict[str, bytes]:
    return samples()


def _file_chosen(key: str, widget: str) -> None:
    file = st.session_state[widget]
    if file is None:
        _forget(key)
    else:
        _keep(key, file.name, file.getvalue())


def _pasted(key: str, widget: str) -> None:
    text = st.session_state[widget]
    if text.strip():
        _keep(key, PASTED, text.encode(errors="replace"))
    else:
        _forget(key)


def _keep(key: str, name: str, content: bytes) -> None:
    st.session_state[f"{key}-given"] = (name, content, sha256(content).hexdigest()[:12])
    st.session_state[f"{key}-reading"] = {}


def _forget(key: str) -> None:
    for part in ("given", "reading", "read"):
        st.session_state.pop(f"{key}-{part}", None)
    st.session_state[f"{key}-turn"] += 1


def _read(key: str, limits: Limits) -> Upload:
    """The pairs, read once for each way of reading them."""
    name, content, digest = st.session_state[f"{key}-given"]
    way = st.session_state[f"{key}-reading"]
    asked = (name, digest, way, current_language())
    done = st.session_state.get(f"{key}-read")
    if done is None or done[0] != asked:
        with st.spinner(_("Reading {name} …").format(name=escape(name))):
            done = st.session_state[f"{key}-read"] = (asked, read_pairs((name, content), **way, limits=limits))
    return cast(Upload, done[1])


def _detected(upload: Upload) -> None:
    separators = {",": _("comma"), "\t": _("tab"), ";": _("semicolon"), "|": _("bar"), "|||": "|||"}
    parts = [
        _("Format: {format}").format(format=upload.format),
        _("sheet: {sheet}").format(sheet=upload.sheet) if upload.sheet else "",
        _("encoding: {encoding}").format(encoding=upload.encoding.upper()) if upload.encoding else "",
        _("separator: {separator}").format(separator=separators[upload.separator]) if upload.separator else "",
    ]
    st.markdown(
        _("**{pairs} pairs** from {name}; rows left out: {bad}.").format(
            pairs=f"{len(upload.pairs):,}", name=escape(upload.name), bad=f"{len(upload.bad):,}"
        )
    )
    st.caption(escape(" · ".join(filter(None, parts))))
    if upload.encoding and not upload.encoding.startswith("utf"):
        st.caption(_("If characters look wrong, save the file with the encoding UTF-8."))


def _left_out(key: str, upload: Upload) -> None:
    if upload.bad.empty:
        return
    with st.expander(
        _("Rows left out: {number}").format(number=f"{len(upload.bad):,}"),
        expanded=not upload.pairs,
        icon=":material/rule:",
    ):
        shown = upload.bad.rename(columns={"line": _("line"), "reason": _("reason")})
        st.dataframe(shown, hide_index=True, width="stretch")
        st.download_button(
            _("Download these reasons"),
            table_bytes(upload.bad, "csv", note=""),
            "left-out.csv",
            key=f"{key}-bad",
            on_click="ignore",
            icon=":material/download:",
        )


def _preview(key: str, upload: Upload) -> None:
    token = f"{key}-{st.session_state[f'{key}-given'][2]}-{len(upload.pairs)}"  # another file may have fewer
    number = st.number_input(
        _("Pair"), 1, len(upload.pairs), key=f"{token}-number", help=_("The table begins with this pair.")
    )
    rows = upload.pairs[number - 1 : number - 1 + SHOWN]
    st.dataframe(
        pd.DataFrame(
            {
                _("line"): [row.line for row in rows],
                _("Words of the first sentence"): [" · ".join(word.text for word in row.pair.a.words) for row in rows],
                _("Words of the second sentence"): [" · ".join(word.text for word in row.pair.b.words) for row in rows],
            }
        ),
        hide_index=True,
        width="stretch",
    )
    st.caption(_("A dot stands where one word ends and the next begins. Models meet on these words."))
    if st.button(_("Show this pair"), key=f"{key}-show", icon=":material/visibility:"):
        _show(rows[0].pair)
        st.rerun()


def _show(pair: SentencePair) -> None:
    take_pair(pair.source, pair.target)
    cuts = st.session_state.setdefault(CUTS, {})
    cuts |= {
        text: words for text, words in ((pair.source, pair.source_words), (pair.target, pair.target_words)) if words
    }
