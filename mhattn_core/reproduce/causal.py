"""What some published tables ask of a model."""

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model


def require_causal(model: Model) -> None:
    """Raises Problem for a model that does not read from left to right."""
    if model.stacks != ("decoder",):
        raise Problem(
            _("“{name}” is not a causal language model.").format(name=model.name),
            _("Choose a causal model, such as smollm2."),
        )
