"""The files that this visitor brought, by name: kept, chosen again, read, deleted."""

from hashlib import sha256
from typing import Any

import streamlit as st

from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _, current_language
from mhattn_core.text.reading import SAMPLE, Upload, read_pairs
from mhattn_core.text.reading.limits import limits
from mhattn_core.ui.visit import visit
from mhattn_core.visitors.visits import GivenFile

READ = "uploads-read"
MOST_READ = 4


def choose_file(key: str, *, latest: bool) -> GivenFile | None:
    """The file that the panel ``key`` shows: the one that was brought there or chosen last, at first the newest, if
    ``latest``; None for none.
    """
    files = visit().files
    if not files:
        return None
    box = f"{key}-chosen"
    if st.session_state.get(box, "") not in ("", *files):
        del st.session_state[box]  # it was deleted, or gave way to larger ones
    names = ["", *reversed(files)]
    # Anew in each run: Streamlit holds a value by the page, and another page that draws the same box would begin with
    # none of the files.
    st.session_state[box] = st.session_state.get(box, names[latest])
    name = st.selectbox(
        _("Your files"),
        names,
        format_func=lambda one: one or _("None of them"),
        key=box,
        persist_state="session",
        help=_("What you bring on any page stays in this list until you delete it, or for a day on a shared copy."),
    )
    return files.get(str(name))


def keep_file(key: str, name: str, content: bytes) -> str:
    """Put a file on the list, and let the panel show it; before ``choose_file`` only. Its name in the list."""
    st.session_state[f"{key}-chosen"] = kept = visit().keep_file(name, content)
    return kept


def take_sample(address: str) -> tuple[str, bytes]:
    """Rows of a data set of the Hub, as a file with its name. Raises Problem."""
    from mhattn_core.text.reading.hub_sample import sample  # the Hub's library is imported when it is asked for

    return sample(address, SAMPLE, limits())


def forget_file(name: str) -> None:
    """Delete it; in a callback."""
    visit().forget_file(name)


def token(file: GivenFile) -> str:
    """What tells a file from another in keys of widgets."""
    return sha256(file.content).hexdigest()[:12]


def read(file: GivenFile) -> Upload:
    """Its pairs, read once for each way of reading them. Raises Problem."""
    done: dict[Any, Upload] = st.session_state.setdefault(READ, {})
    asked = (file.name, token(file), repr(file.way), current_language())
    if asked not in done:
        with st.spinner(_("Reading {name} …").format(name=escape(file.name))):
            upload = read_pairs((file.name, file.content), **file.way, limits=limits())
        while len(done) >= MOST_READ:
            del done[next(iter(done))]
        done[asked] = upload
    return done[asked]
