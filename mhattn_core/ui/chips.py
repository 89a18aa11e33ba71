"""The words of a sentence as chips."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from mhattn_core.charts.matrix import UNKNOWN_FROM


def chips(words: Sequence[str], unknown: Sequence[float] = ()) -> None:
    """Show words one by one; those that a model does not know are hatched."""
    shares = unknown if len(unknown) else [0.0] * len(words)
    spans = "".join(
        f'<span class="mh-chip{" mh-unknown" if share >= UNKNOWN_FROM else ""}">{escape(word)}</span>'
        for word, share in zip(words, shares, strict=True)
    )
    st.html(f'<div class="mh-chips">{spans}</div>')
