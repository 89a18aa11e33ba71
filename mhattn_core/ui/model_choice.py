"""Which of several models a page, or a part of it, takes apart."""

from collections.abc import Sequence

from mhattn_core.locale import _
from mhattn_core.ui.choices import choose, put
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.names import model_label

MODEL = "model"
"""The state key, and parameter of the address, which holds the name and not the label: there, signs are escaped."""


def choose_model(controls: Controls) -> int:
    """The place in the sidebar of the model that is taken apart."""
    return controls.models.index(choose_name(controls.models))


def choose_name(names: Sequence[str]) -> str:
    """One of these models; without a choice where there is one only."""
    if len(names) == 1:
        return names[0]
    return choose(_("Model"), {name: model_label(name) for name in names}, key=MODEL, pills=True)


def take_model(name: str) -> None:
    """Choose without the widget: what a click in a model's chart does."""
    put(MODEL, name)
