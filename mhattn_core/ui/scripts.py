"""What only the browser can do."""

from pathlib import Path

import streamlit as st

OF_EVERY_PAGE = Path(__file__).with_name("page.js").read_text(encoding="utf-8")


def in_browser(key: str, script: str) -> None:
    """Run a script once. It takes a place on the page, which the page's style hides."""
    with st.container(key=f"script-{key}"):
        st.html(f"<script>\n{script}</script>", unsafe_allow_javascript=True)
