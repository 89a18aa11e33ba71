"""What can be done with a run, and its tables."""

from collections.abc import Callable

import streamlit as st

from mhattn_core.findings.feeding import pairs_as_fed
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.models.control_names import trained_first
from mhattn_core.runs import store
from mhattn_core.runs.packing import zipped
from mhattn_core.runs.run import Run
from mhattn_core.runs.store import Saved
from mhattn_core.text.prose import prose
from mhattn_core.ui.controls import OPENED_AT_ONCE
from mhattn_core.ui.navigation import link
from mhattn_core.ui.runs.known import opened, show_run


def what_to_do(run: Saved, tables: Run) -> None:
    """Compare its models, take it away, delete it."""
    with st.container(horizontal=True):
        link(
            "Compare models",
            _("Compare its models"),
            evidence=run.key,
            models=trained_first(run.about.models)[:OPENED_AT_ONCE],
        )
        st.download_button(
            _("Download (ZIP of tables)"),
            lambda: zipped(tables),
            f"{tables.id}.zip",
            key="run-zip",
            on_click="ignore",
            icon=":material/download:",
        )
        if not run.shipped:
            offer_to_delete(run, _delete)


def offer_to_delete(run: Saved, delete: Callable[[str], None]) -> None:
    """A button that asks once more. delete: takes the run's key."""
    with st.popover(_("Delete"), icon=":material/delete:"):
        message = _("Delete **{name}** with all its tables? It cannot be brought back.")
        st.markdown(message.format(name=escape(run.about.name)))
        st.button(_("Yes, delete it"), key=f"delete-{run.key}", on_click=delete, args=(run.key,))


def _delete(key: str) -> None:
    store.delete(key)
    opened.clear()
    show_run("")


def tables_of(run: Run) -> None:
    """The pairs that were measured, and those that were not, with why."""
    skipped = run.skipped
    if not skipped.empty:
        with st.expander(_("Pairs left out: {number}").format(number=f"{len(skipped):,}"), icon=":material/rule:"):
            names = {"line": _("line"), "reason": _("reason"), "model": _("model")}
            st.dataframe(skipped[[*names, "id"]].rename(columns=names), hide_index=True, width="stretch")
            st.caption(prose("skipped_rows"))
    if "source" in run.pairs:
        with st.expander(_("Pairs"), icon=":material/notes:"):
            st.dataframe(pairs_as_fed(run), hide_index=True, width="stretch", height=300)
