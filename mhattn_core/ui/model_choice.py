"""Which of several models a page, or a part of it, takes apart."""

from collections.abc import Sequence

from mhattn_core.experiments.alignment.translators import is_turned
from mhattn_core.locale import _
from mhattn_core.models.readers import can_read, language_told
from mhattn_core.ui.choices import choose, put
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.names import model_label

MODEL = "model"
"""The state key, and parameter of the address, which holds the name and not the label: there, signs are escaped."""


def choose_model(controls: Controls) -> int:
    """The place in the sidebar of the model that is taken apart; at first one that was made to read the pair."""
    language = language_told(controls.pair.a.text)
    able = [name for name in controls.models if can_read(name, language) or is_turned(name, controls.pair)]
    return controls.models.index(choose_name(controls.models, first=next(iter(able), "")))


def choose_name(names: Sequence[str], *, first: str = "") -> str:
    """One of these models; without a choice where there is one only. first: opened until another is chosen."""
    if len(names) == 1:
        return names[0]
    return choose(_("Model"), {name: model_label(name) for name in names}, key=MODEL, default=first or None, pills=True)


def take_model(name: str) -> None:
    """Choose without the widget: what a click in a model's chart does."""
    put(MODEL, name)
