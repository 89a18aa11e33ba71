"""Which head of another model is shown beside a chosen one, and why."""

from typing import TYPE_CHECKING

from mhattn_core.errors import Problem
from mhattn_core.findings.attention.roles import NamedRun
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.measures.default_head import suggested_heads

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


def linked_head(
    of: "AttentionResult", head: Head, other: "AttentionResult", stack: str, matched: NamedRun | None
) -> tuple[Head, str]:
    """The head of ``other`` that goes with ``head``: the same index in one architecture; the counterpart where a run
    matched the two models and calls it a shared role; else the first suggested one at the same relative depth.

    Returns it with the reason, in Markdown.
    """
    if head.stack == stack and same_architecture(of, other):
        return Head(stack, *head.cell), _("same head, same architecture")
    partner = counterpart(matched, of.model.name, head, other.model.name) if matched else None
    if matched and partner and partner.stack == stack:
        return partner, _("counterpart in the run “{run}” (shared role)").format(run=escape(matched.name))
    layer = _same_depth(head.layer, len(of.pattern(head.stack)), len(other.pattern(stack)))
    number = next(number for one, number in suggested_heads(other.words(stack))[0] if one == layer)
    return Head(stack, layer, number), (
        _("no counterpart in the run “{run}”: the suggested head of the same relative layer").format(
            run=escape(matched.name)
        )
        if matched
        else _("no run matched these models: the suggested head of the same relative layer")
    )


def same_architecture(of: "AttentionResult", other: "AttentionResult") -> bool:
    """Whether the two models have the same family, stacks, layers and heads: a model and its control, or two
    checkpoints.
    """
    return of.model.family == other.model.family and of.model.attention.all_heads() == other.model.attention.all_heads()


def counterpart(matched: NamedRun, model: str, head: Head, other: str) -> Head | None:
    """The head of ``other`` that shares the role of ``head``, in a run; None where none does, or these were not
    matched.
    """
    try:
        rows = matched.run.match(model, other)
    except Problem:
        return None
    own = rows[(rows["stack_a"] == head.stack) & (rows["layer_a"] == head.layer) & (rows["head_a"] == head.head)]
    own = own[own["verdict"] == "shared role"]
    if own.empty:
        return None
    row = own.iloc[0]
    return Head(str(row["stack_b"]), int(row["layer_b"]), int(row["head_b"]))


def _same_depth(layer: int, of: int, other: int) -> int:
    """From the first layer to the first and from the last to the last."""
    return round(layer * (other - 1) / max(1, of - 1))
