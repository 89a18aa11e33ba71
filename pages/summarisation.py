"""Summarisation: which segment of a document feeds which word of its summary."""

from mhattn_core.locale import _
from mhattn_core.ui.page import page
from mhattn_core.ui.sidebar import sidebar
from mhattn_core.ui.summarisation.panel import summarisation_panel

controls = sidebar("Summarisation")
page(
    _("Summarisation"),
    _("Which segment of a document feeds which word of its summary?"),
    reading=_(
        "A model is shown a document and then its summary, and every head is asked how much of its attention "
        "each word of the summary gives each segment, beyond what the segment's length would get."
    ),
)
summarisation_panel(controls)
