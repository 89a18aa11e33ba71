"""How the page stands on the screen, and on paper."""

import streamlit as st

from mhattn_core.charts.attention_drawn import INK

INK_IN_THE_DARK = "#f0f2f6"
# The boxes of a chart stand above it, since what they change would push them down. The heads stay in view beside a long
# sentence. A sentence of two lines and one of three leave the chart where it is.
STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding-left: 2rem; padding-right: 2rem; }
[data-testid="stVegaLiteChart"].vega-embed:has(> form) { display: flex; flex-direction: column; }
[data-testid="stVegaLiteChart"].vega-embed > form.vega-bindings { order: -1; display: flex; flex-flow: row wrap !important;
  gap: .2rem .7rem; padding: 0 0 .4rem; margin: 0; }
[data-testid="stVegaLiteChart"] form.vega-bindings .vega-bind { display: block; width: auto; flex: none; }
[data-testid="stVegaLiteChart"] form.vega-bindings label { display: flex; align-items: center; gap: .4rem; }
[data-testid="stVegaLiteChart"] form.vega-bindings .vega-bind-name { width: auto; min-width: 0; font-size: .85rem; }
[data-testid="stVegaLiteChart"] form.vega-bindings select { max-width: 8.8rem; padding: .1rem .3rem; }
.st-key-attention-says { min-height: 4.85rem; }
@media (max-width: 640px) {
  .st-key-attention-boxes [data-testid="stColumn"] { min-width: calc(50% - 1rem); }
  .st-key-attention-boxes [data-testid="stColumn"]:has([data-testid="stButtonGroup"]) { min-width: 100%; }
  .st-key-attention-says { min-height: 0; }
}
@media (min-width: 641px) { .st-key-attention-heads { position: sticky; top: 4rem; } }
@media print {
  body, .stApp { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .st-key-attention-options, .st-key-attention-heads, form.vega-bindings { display: none !important; }
}
</style>"""


def draw_style() -> None:
    """Once on the page."""
    st.html(STYLE)


def ink() -> str:
    """The colour of words in the reader's theme."""
    return INK_IN_THE_DARK if st.context.theme.type == "dark" else INK
