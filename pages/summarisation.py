"""Summarisation: which segment of a document feeds which word of its summary."""

from mhattn_core import ui
from mhattn_core.locale import _

controls = ui.sidebar("Summarisation")
ui.page(
    _("Summarisation"),
    _("Which segment of a document feeds which word of its summary?"),
    reading=_(
        "A model is shown a document and then its summary, and every head is asked how much of its attention "
        "each word of the summary gives each segment, beyond what the segment's length would get."
    ),
)
ui.summarisation_panel(controls)
