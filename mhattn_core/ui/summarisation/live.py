"""Running a model on a document: what it will take, the way there, and the work, which Stop ends without taking
anything away.
"""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mhattn_core.attention.segments import segment_weights
from mhattn_core.attention.write_summary import Written, write_summary
from mhattn_core.findings.summarisation.cost import cost_of, plan, refuse, what_a_run_does
from mhattn_core.findings.summarisation.document import DocumentAttention, DocumentInput
from mhattn_core.findings.summarisation.readers import check_known, entry_of
from mhattn_core.locale import _
from mhattn_core.models.fetch import fetch
from mhattn_core.models.model import Model
from mhattn_core.text.words import cut
from mhattn_core.ui.kept import of_documents
from mhattn_core.ui.model_panel import loading
from mhattn_core.ui.names import known_names, model_label
from mhattn_core.ui.resources import loaded, loaded_names, precision
from mhattn_core.ui.turns import turn

Work = Callable[[DeltaGenerator], None]
"""Something that takes a while; takes where its bar stands."""


def is_here(name: str) -> bool:
    """Whether running it needs no download."""
    entry = entry_of(name)
    if name in loaded_names():
        return True
    return entry.path() is not None if entry else name.startswith((".", "~", "/"))


def offer_run(name: str, given: DocumentInput, *, again: bool) -> Work | None:
    """The button that runs the model, with what it will take or with its download; the work, when it was pressed.

    again: something is shown already.
    """
    here, entry = is_here(name), entry_of(name)
    if here and not again:
        planned = plan(loaded_with_bar(name, st.container()), given)
        refuse(planned, given)
        st.markdown(known_names().markdown(cost_of(planned, name)))
    label = what_a_run_does(given, None if here else entry, here=here).format(name=model_label(name))
    icon = ":material/play_arrow:" if here else ":material/download:"
    if not st.button(label, key="summary-run", icon=icon, type="primary" if here and not again else "secondary"):
        return None
    if entry is None or here or not entry.gguf:
        return lambda place: run(name, given, place)
    return lambda place: _fetch_and_run(entry.name, name, given, place)


def loaded_with_bar(name: str, place: DeltaGenerator) -> Model:
    """The model, with a bar while it is downloaded."""
    with loading(name, place.empty()):
        return loaded(name)


def _fetch_and_run(entry: str, name: str, given: DocumentInput, place: DeltaGenerator) -> None:
    bar = place.empty()

    def tell(doing: str, share: float) -> None:
        bar.progress(share, text=doing)

    fetch(entry, tell)
    bar.empty()
    run(name, given, place)


def bar_with_stop(place: DeltaGenerator) -> DeltaGenerator:
    """Where a bar is to be drawn, beside a button: a click runs the page again, and this run ends at the bar."""
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.empty()
        st.button(_("Stop"), key="summary-stop", icon=":material/stop:")
    return bar


def made(name: str, given: DocumentInput) -> DocumentAttention | None:
    """What was run here before on the same text."""
    found: DocumentAttention | None = of_documents().recall((name, precision(), given.document, given.summary.text))
    return found


def run(name: str, given: DocumentInput, place: DeltaGenerator) -> None:
    """Do the work, with a bar and a button that ends it, keep what was found, and draw the page again."""
    bar = bar_with_stop(place)
    model = loaded_with_bar(name, place)
    taken = given if given.summary else _with_written(model, given, bar)
    # Before the rest: to count the tokens of a long document takes a moment, too.
    says = _("{name} is reading the document …").format(name=model_label(name))
    bar.progress(0.0, text=says)
    refuse(plan(model, taken), taken)
    check_known(model, taken)

    def tell(done: int, of: int) -> None:
        bar.progress(
            done / of,
            text=_("{name} has read {done} of {of} windows.").format(name=model_label(name), done=done, of=of),
        )

    def read() -> DocumentAttention:
        with turn(bar, says):
            weights = segment_weights(model, taken.document, taken.summary, tell=tell)
        return DocumentAttention(name, model.revision, taken, weights)

    of_documents().once((name, precision(), given.document, given.summary.text), read, waiting=lambda: tell(0, 1))
    st.rerun()


def _with_written(model: Model, given: DocumentInput, bar: DeltaGenerator) -> DocumentInput:
    """The document with the summary that the model writes, once."""
    says = _("{name} is writing …").format(name=model_label(model.name))

    def tell(share: float) -> None:
        bar.progress(min(max(share, 0.0), 1.0), text=says)

    def write() -> Written:
        with turn(bar, says):
            return write_summary(model, given.document, tell=tell)

    written = of_documents().once(
        ("written", model.name, model.revision, given.document), write, waiting=lambda: tell(0.0)
    )
    return replace(
        given,
        summary=cut(written.text),
        written_by=model.name,
        had_read=written.read[-1].segment + 1,
        cut_off=not written.complete,
    )
