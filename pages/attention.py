"""Attention: what each head of each model looks at."""

from mhattn_core.locale import _
from mhattn_core.ui.attention.panel import attention_panel
from mhattn_core.ui.page import page
from mhattn_core.ui.reproduce import share_and_reproduce
from mhattn_core.ui.sidebar import sidebar

controls = sidebar("Attention")
page(
    _("Attention"),
    _("What does each head look at?"),
    reading=_(
        "Each word spreads its attention over the words that it can see and over special tokens; its weights sum to 1. "
        "All heads of a model stand small beside the chosen one: click one to open it. A weight is a score, never an "
        "explanation: what breaks without the head is another question (Ablation)."
    ),
)
attention_panel(controls)
share_and_reproduce("Attention", controls)
