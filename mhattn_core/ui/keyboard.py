"""Charts by keyboard: Streamlit draws them where Tab does not stop, so that nobody hears their text without a
pointer.
"""

import streamlit as st

SCRIPT = """<script>
if (!window.mhattnCharts) {
  const stop = () => document.querySelectorAll('[data-testid="stVegaLiteChart"]:not([tabindex])')
    .forEach((chart) => { chart.tabIndex = 0; });
  window.mhattnCharts = new MutationObserver(stop);
  window.mhattnCharts.observe(document.body, { childList: true, subtree: true });
  stop();
}
</script>"""


def charts_by_keyboard() -> None:
    """Once on each page: Tab stops at every chart, whose name is its finding's sentence."""
    # A script takes a place on the page; the page's style hides it.
    with st.container(key="keyboard"):
        st.html(SCRIPT, unsafe_allow_javascript=True)
