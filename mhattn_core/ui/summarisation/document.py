"""Choosing a document and its summary: from the gallery, typed, or out of files."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mhattn_core.findings.markdown import escape
from mhattn_core.findings.summarisation.document import DocumentInput
from mhattn_core.locale import _
from mhattn_core.text.documents import SegmentBy, documents, read_document
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import Limits, Upload, read_summarised
from mhattn_core.text.reading.limits import MEGABYTE, limits
from mhattn_core.text.words import cut
from mhattn_core.ui.choices import choose
from mhattn_core.ui.page import problems
from mhattn_core.ui.visit import come_back, visit

TABLES = ["csv", "tsv", "jsonl", "json", "xlsx", "parquet"]
LONGEST_SUMMARY = 4_000
DOCUMENT = "typed-document"


def choose_document() -> DocumentInput:
    """What the reader wants to look at; until there is something of their own, the gallery's document. Raises
    Problem.
    """
    ways = {"gallery": _("From the gallery"), "typed": _("Typed"), "table": _("A table"), "files": _("Text files")}
    cuts = {"paragraph": _("Paragraphs"), "sentence": _("Sentences"), "mark": _("My marks (---)")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = choose(_("Document"), ways, key="from", pills=True, persist=True)
        by: SegmentBy = choose(  # type: ignore[assignment]  # one of the three
            _("Split into"),
            cuts,
            key="cut",
            pills=True,
            persist=True,
            help_text=_("Paragraphs end at empty lines; your marks are lines of three dashes."),
        )
        given = _gallery() if way == "gallery" else None
    if given is not None:
        return given.cut_into(by)
    pair = {"typed": _typed, "table": _table, "files": _files}[way]()
    if pair is None or not pair.source.strip():
        st.info(_("Until there is a document of your own, you see one of the gallery."))
        return _of_gallery(next(iter(documents())))
    document = read_document(pair.source, by=by)
    return DocumentInput(document, cut(" ".join(pair.target.split()), pair.target_words or None), by, own=True)


def _gallery() -> DocumentInput:
    offered = documents()
    chosen = st.selectbox(
        _("Document of the gallery"),
        list(offered),
        format_func=lambda id_: offered[id_].title,
        key="document",
        bind="query-params",
    )
    return _of_gallery(chosen or next(iter(offered)))


def _of_gallery(id_: str) -> DocumentInput:
    one = documents()[id_]
    return DocumentInput(one.document, one.summary, id=id_)


def _typed() -> SentencePair | None:
    boxes = {
        DOCUMENT: (_("Document"), 180, Limits().document),
        "typed-summary": (_("Summary (leave it empty, and the model writes one)"), 80, LONGEST_SUMMARY),
    }
    typed = []
    for key, (label, height, most) in boxes.items():
        # After a reload Streamlit has forgotten it, and the visit has not.
        st.session_state.setdefault(key, visit().texts.get(key, ""))
        typed.append(
            st.text_area(
                label,
                key=key,
                height=height,
                on_change=_remember,
                args=(key,),
                persist_state="session",
                max_chars=most,
                placeholder=_("Paste a text; leave a line empty between paragraphs.") if key == DOCUMENT else None,
            )
        )
    come_back("document")
    document, summary = typed
    return SentencePair(document, summary)


def _remember(key: str) -> None:
    visit().texts[key] = st.session_state[key]


def _table() -> SentencePair | None:
    file = _brought(st.container(), _("A table with columns document and summary"), TABLES, "summary-table")
    upload = _read(file) if file else None
    if upload is None:
        return None
    for remark in upload.remarks:
        st.caption(escape(remark))
    if not upload.bad.empty:
        st.caption(_("Rows left out: {number}").format(number=f"{len(upload.bad):,}"))
        st.dataframe(upload.bad.rename(columns={"line": _("line"), "reason": _("reason")}), hide_index=True)
    if not upload.pairs:
        return None
    st.markdown(
        _("**{documents} documents** from {name}.").format(documents=f"{len(upload.pairs):,}", name=escape(upload.name))
    )
    number = 1
    if len(upload.pairs) > 1:
        number = st.number_input(
            _("Row of the table"), 1, len(upload.pairs), key=f"summary-row-{upload.name}-{len(upload.pairs)}"
        )
    return upload.pairs[number - 1].pair


def _files() -> SentencePair | None:
    left, right = st.columns(2)
    document = _brought(left, _("The document, a text file"), ["txt"], "summary-document")
    summary = _brought(right, _("Its summary, a text file, if there is one"), ["txt"], "summary-file")
    upload = _read(document, summary) if document else None
    return upload.pairs[0].pair if upload else None


def _brought(place: DeltaGenerator, label: str, kinds: list[str], key: str) -> tuple[str, bytes] | None:
    """Name and content of a file, also after another page was open in between, when Streamlit has forgotten it."""
    kept = f"{key}-kept"
    most = limits().bytes // MEGABYTE
    shown = place.file_uploader(label, type=kinds, key=key, on_change=_keep, args=(key, kept), max_upload_size=most)
    file: tuple[str, bytes] | None = st.session_state.get(kept)
    if file and shown is None:
        place.button(
            _("Remove {name}").format(name=escape(file[0])),
            key=f"{key}-remove",
            icon=":material/delete:",
            on_click=_forget,
            args=(kept,),
        )
    return file


def _keep(key: str, kept: str) -> None:
    file = st.session_state[key]
    st.session_state[kept] = (file.name, file.getvalue()) if file else None


def _forget(kept: str) -> None:
    st.session_state[kept] = None


def _read(source: tuple[str, bytes], summary: tuple[str, bytes] | None = None) -> Upload | None:
    with problems():
        return read_summarised(source, summary, limits=limits())
    return None
