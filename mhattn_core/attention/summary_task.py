"""What a model's own configuration says of summarising: a text that comes first (T5's ``summarize: ``), and how it is
to write.
"""

from typing import Any

from mhattn_core.models.model import Model


def summary_prefix(model: Model) -> str:
    """What stands before a text that is to be summarised; empty for most models, and for all that have no
    cross-attention.
    """
    if "cross" not in model.stacks:
        return ""
    return str(_task(model).get("prefix") or getattr(model.network.config, "prefix", None) or "")


def summary_settings(model: Model) -> dict[str, Any]:
    """Options of ``generate`` (beams, shortest and longest length …) that the configuration names for summaries.

    They stand above the model's generation config, as in the Hub's own summarisation pipeline.
    """
    return {name: value for name, value in _task(model).items() if hasattr(model.network.generation_config, name)}


def _task(model: Model) -> dict[str, Any]:
    return dict((getattr(model.network.config, "task_specific_params", None) or {}).get("summarization") or {})
