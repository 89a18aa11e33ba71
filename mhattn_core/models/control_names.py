"""Names of random controls: models of the same architecture and tokenizer that have learned nothing."""

from collections.abc import Sequence
from typing import Literal, get_args

Control = Literal["@random", "@shuffled"]
"""What stands behind a model's name: weights drawn anew, as before training; or the trained weights, each matrix's
permuted within itself.
"""
CONTROLS: tuple[Control, ...] = get_args(Control)
RANDOM, SHUFFLED = CONTROLS


def control_of(name: str) -> Control | None:
    """Which random control a name or a revision stands for; None for a trained model."""
    return next((control for control in CONTROLS if name.endswith(control)), None)


def is_control(name: str) -> bool:
    """Whether it is a random control's."""
    return control_of(name) is not None


def trained_name(name: str) -> str:
    """The name (or the revision) of the trained model that a control belongs to; a trained model's own as it is."""
    return name.removesuffix(control_of(name) or "")


def with_control(name: str, control: Control) -> str:
    """The name (or the revision) of this control of a model, whether a trained one's or a control's is given."""
    return trained_name(name) + control


def trained_first(names: Sequence[str]) -> list[str]:
    """Trained models, then their controls of one kind after those of another: so that the first few of many names hold
    as many models as they can. Within each as they came.
    """
    return sorted(names, key=lambda name: (None, *CONTROLS).index(control_of(name)))
