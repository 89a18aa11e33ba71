"""What only the browser can do."""

import streamlit as st

# Streamlit adds an entry to the browser's history whenever a page changes its own address, so that Back would lead to
# the same page, half as it was before. An address of another page is another entry; any other takes the entry's place.
ONE_ENTRY_A_PAGE = """<script>
if (!window.mhattnHistory) {
  window.mhattnHistory = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    const same = new URL(address, location.href).pathname === location.pathname;
    (same ? history.replaceState.bind(history) : window.mhattnHistory)(state, title, address);
  };
}
</script>"""


def in_browser(key: str, script: str) -> None:
    """Run a script once. It takes a place on the page, which the page's style hides."""
    with st.container(key=f"script-{key}"):
        st.html(script, unsafe_allow_javascript=True)
