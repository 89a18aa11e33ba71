"""Attention: what each head of each model looks at."""

from mhattn_core import ui
from mhattn_core.locale import _

controls = ui.sidebar("Attention")
ui.page(
    _("Attention"),
    _("What does each head look at?"),
    reading=_(
        "Each word spreads its attention over the words that it can see and over special tokens; its weights sum to 1. "
        "All heads of a model stand small beside the chosen one: click one to open it. A weight is a score, never an "
        "explanation: what breaks without the head is another question (Ablation)."
    ),
)
ui.attention_panel(controls)
ui.share_and_reproduce("Attention", controls)
