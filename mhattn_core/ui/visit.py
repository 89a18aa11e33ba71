"""What this visitor brought, also after a reload: a cookie names the visit, and the address no text of it."""

import json
from urllib.parse import urlsplit

import streamlit as st

from mhattn_core.hosted import hosted
from mhattn_core.runs.store import KEPT_WHEN_HOSTED
from mhattn_core.text.reading.limits import limits
from mhattn_core.ui.scripts import in_browser
from mhattn_core.visitors.visits import Visit, Visits

KEY = "visit"
SECONDS_BETWEEN_SWEEPS = 600.0
FILES = 4
"""As many of the largest files as one visitor may keep."""
# Read by this server alone, in the same browser alone; a server of another port has its own. Inside a page of another
# site a strict cookie is never sent; a partitioned one is, and only inside that site's pages.
SCRIPT = """{
const secure = location.protocol === "https:";
const where = !secure ? "SameSite=Strict" : self === top ? "SameSite=Strict; Secure" : "SameSite=None; Secure; Partitioned";
document.cookie = %s + "; path=/; max-age=%d; " + where;
}"""


@st.cache_resource
def _visits() -> Visits:
    seconds = KEPT_WHEN_HOSTED.total_seconds() if hosted() else float("inf")
    visits = Visits(seconds=seconds, most_bytes=FILES * limits().bytes)
    if hosted():
        visits.sweep(SECONDS_BETWEEN_SWEEPS)
    return visits


def visit() -> Visit:
    """The visit that this session belongs to."""
    state = st.session_state
    state[KEY], found = _visits().open(state.get(KEY) or st.context.cookies.get(_cookie(), ""))
    return found


def visitor() -> str:
    """Whose work it is, where many people share a copy: a key that nobody else can guess."""
    return str(st.session_state.get(KEY, ""))


def come_back(where: str = "sidebar") -> None:
    """Let the browser find the visit again, once there is something to find. where: the part of a page that says so,
    and may be run again without the others.
    """
    key = st.session_state[KEY]
    if visit() and st.context.cookies.get(_cookie()) != key:
        cookie = json.dumps(f"{_cookie()}={key}")
        in_browser(f"visit-{where}", SCRIPT % (cookie, KEPT_WHEN_HOSTED.total_seconds()))


def _cookie() -> str:
    return f"mhattn-{urlsplit(st.context.url or '').port or 'visit'}"
