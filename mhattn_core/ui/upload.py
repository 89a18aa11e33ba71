"""Taking in a person's own pairs: a file, or cells pasted from a spreadsheet."""

import streamlit as st

from mhattn_core.charts.table_export import table_bytes
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.runs.upload import upload_sentences, words_table
from mhattn_core.hosted import hosted
from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.text.reading import FORMATS, SAMPLE, Upload, samples
from mhattn_core.text.reading.dataset import EXAMPLE
from mhattn_core.text.reading.limits import MEGABYTE, limits
from mhattn_core.text.reading.moses import as_one
from mhattn_core.ui.navigation import link
from mhattn_core.ui.page import problems
from mhattn_core.ui.pair_choice import take_pair
from mhattn_core.ui.upload_columns import choose_columns
from mhattn_core.ui.upload_files import choose_file, forget_file, keep_file, read, take_sample, token
from mhattn_core.ui.upload_remarks import show_remarks
from mhattn_core.visitors.visits import GivenFile

PASTED = "pasted.tsv"
SHOWN = 5
OWN_PAIRS = "own-pairs"
"""The key of what the reader wants to see or measure, wherever it was brought; gold links have a key of their own."""


def upload_panel(key: str, *, latest: bool = False) -> Upload | None:
    """Let the reader bring pairs or choose a file again, see how it was read, and say what the columns hold; the pairs,
    or None while there are none.

    What was brought is on the list of every panel; which of it is shown, each panel remembers under ``key``. latest:
    whether it shows the newest file until another is chosen.
    """
    _take_in(key)
    file = choose_file(key, latest=latest)
    if file is None:
        return None
    upload = None
    with problems():
        upload = read(file)
    if upload:
        _detected(upload)
        show_remarks(key, file, upload)
        choose_columns(key, file, upload)
        _left_out(key, upload)
        if upload.pairs:
            _preview(key, file, upload)
    st.button(
        _("Delete this file from the list"),
        key=f"{key}-remove",
        icon=":material/delete:",
        on_click=forget_file,
        args=(file.name,),
    )
    return upload if upload and upload.pairs else None


def own_pairs() -> None:
    """Bring pairs here, and go on to measure them; the page Data has them then."""
    if upload_panel(OWN_PAIRS, latest=True):
        link("Runs", _("Measure these pairs"), tab="new")


def _take_in(key: str) -> None:
    # Once a file is on the list, the widget that took it is another, empty one.
    turn = st.session_state.get(f"{key}-turn", 0)
    names = [_("A file"), _("Paste from a spreadsheet")]
    file_tab, paste_tab, *hub_tab = st.tabs(names if hosted() else [*names, _("A data set of the Hub")])
    with file_tab:
        st.file_uploader(
            _("Sentence pairs, one a row"),
            type=[suffix.removeprefix(".") for suffix in (*FORMATS, ".gz")],
            key=f"{key}-file-{turn}",
            on_change=_file_chosen,
            args=(key, turn),
            max_upload_size=limits().bytes // MEGABYTE,
            help=prose("columns_of_file"),
        )
        _take_two(key, turn)
        _offer_samples(key)
    with paste_tab:
        st.text_area(
            _("Cells as you copied them"),
            key=f"{key}-text",
            on_change=_pasted,
            args=(key,),
            height=140,
            placeholder="The cat sleeps.\t猫在睡觉。",
            help=prose("pasted_columns"),
        )
    for tab in hub_tab:
        with tab:
            _take_sample(key)
    if hosted():
        st.caption(prose("shared_copy").format(megabytes=limits().bytes // MEGABYTE, rows=limits().rows))


def _take_two(key: str, turn: int) -> None:
    with st.expander(_("Two files, one per language"), icon=":material/splitscreen_left:"):
        st.caption(_("Plain text or .gz; the same line of both files is a pair, as in Moses and OPUS."))
        labels = {"first": _("First sentences"), "second": _("Second sentences")}
        for side, (which, label) in zip(st.columns(2), labels.items(), strict=True):
            name, size = f"{key}-{which}-{turn}", limits().bytes // MEGABYTE
            side.file_uploader(label, key=name, on_change=_two_chosen, args=(key, turn), max_upload_size=size)


def _two_chosen(key: str, turn: int) -> None:
    files = [st.session_state.get(f"{key}-{which}-{turn}") for which in ("first", "second")]
    brought = [(file.name, file.getvalue()) for file in files if file]
    if len(brought) == len(files):
        keep_file(key, *as_one(*brought))
        st.session_state[f"{key}-turn"] = turn + 1


def _take_sample(key: str) -> None:
    with st.form(f"{key}-dataset", border=False):
        address = st.text_input(
            _("Address with configuration and split"), key=f"{key}-address", placeholder=EXAMPLE, help=prose("dataset")
        )
        if st.form_submit_button(_("Take {number} rows").format(number=f"{SAMPLE:,}"), icon=":material/download:"):
            with problems(), st.spinner(_("Reading {name} …").format(name=escape(address))):
                keep_file(key, *take_sample(address))


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


def _file_chosen(key: str, turn: int) -> None:
    if file := st.session_state[f"{key}-file-{turn}"]:
        keep_file(key, file.name, file.getvalue())
        st.session_state[f"{key}-turn"] = turn + 1


def _pasted(key: str) -> None:
    state, before = st.session_state, f"{key}-pasted"
    # What the box held before is edited, not another file.
    forget_file(state.pop(before, ""))
    if state[f"{key}-text"].strip():
        state[before] = keep_file(key, PASTED, state[f"{key}-text"].encode(errors="replace"))


def _detected(upload: Upload) -> None:
    read_as, details = upload_sentences(upload)
    st.markdown(read_as)
    for line in details:
        st.caption(line)


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


def _preview(key: str, file: GivenFile, upload: Upload) -> None:
    this = f"{key}-{token(file)}-{len(upload.pairs)}"  # another file may have fewer
    number = st.number_input(
        _("Pair"), 1, len(upload.pairs), key=f"{this}-number", help=_("The table begins with this pair.")
    )
    rows = upload.pairs[number - 1 : number - 1 + SHOWN]
    st.dataframe(words_table(rows), hide_index=True, width="stretch")
    st.caption(_("A dot stands where one word ends and the next begins. Models meet on these words."))
    if st.button(_("Show this pair"), key=f"{key}-show", icon=":material/visibility:"):
        take_pair(rows[0].pair)
        st.rerun()
