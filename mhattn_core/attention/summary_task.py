"""What a model's own configuration says of summarising: a text that comes first (T5's ``summarize: ``), and how it is
to write.
"""

from typing import Any

from mhattn_core.models.model import Model
from mhattn_core.text.feeding import AS_PAIR, A, Feeding


def summary_prefix(model: Model) -> str:
    """What stands before a text that is to be summarised; empty for most models, and for all that have no
    cross-attention.
    """
    if "cross" not in model.stacks:
        return ""
    return str(_task(model).get("prefix") or getattr(model.network.config, "prefix", None) or "")


def summary_feeding(model: Model) -> Feeding:
    """How a text that is to be summarised is fed: behind that prefix, whose tokens belong to no sentence."""
    prefix = summary_prefix(model)
    return Feeding(prefix + A) if prefix else AS_PAIR


def summary_settings(model: Model) -> dict[str, Any]:
    """Options of ``generate`` (beams, shortest and longest length …) that the configuration names for summaries.

    They stand above the model's generation config, as in the Hub's own summarisation pipeline.
    """
    return {name: value for name, value in _task(model).items() if hasattr(model.network.generation_config, name)}


def _task(model: Model) -> dict[str, Any]:
    return dict((getattr(model.network.config, "task_specific_params", None) or {}).get("summarization") or {})
