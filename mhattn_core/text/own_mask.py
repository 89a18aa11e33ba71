"""A pattern that a reader looks for: weights of their own, as a table or as an expression in positions."""

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from mhattn_core.errors import Problem
from mhattn_core.locale import _

LONGEST = 200
"""Characters of an expression."""
LARGEST = 256
"""Rows of a table."""

TRIED = 64
"""Tokens on which an expression is tried before anything is measured."""

_Operator = Callable[..., Any]
_BINARY: dict[type[ast.operator], _Operator] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
}
_COMPARED: dict[type[ast.cmpop], _Operator] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_UNARY: dict[type[ast.unaryop], _Operator] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: np.logical_not,
}
_JOINED: dict[type[ast.boolop], _Operator] = {ast.And: np.logical_and, ast.Or: np.logical_or}
_CALLED: dict[str, _Operator] = {"abs": np.abs, "min": np.minimum, "max": np.maximum}


@dataclass(frozen=True)
class OwnMask:
    """Weights from 0 to 1 for each query and key: ``weights`` as a table, or else ``expression`` in the query ``i``, the
    key ``j`` and the number of tokens ``n``, both counted from 0 over all tokens that are fed.
    """

    expression: str = ""
    weights: tuple[tuple[float, ...], ...] = ()

    def over(self, tokens: int) -> Float[np.ndarray, "query key"]:
        """``[token, token]``; a table is filled up with 0, or ends where the text does.

        Raises Problem where the expression is not a weight from 0 to 1 everywhere.
        """
        if not self.weights:
            return _evaluated(self.expression, tokens)
        table = np.zeros((tokens, tokens))
        size = min(tokens, len(self.weights))
        table[:size, :size] = np.array(self.weights)[:size, :size]
        return table


def read_mask(given: str) -> OwnMask:
    """A CSV file of n × n weights by its path, or else what ``mask_of`` reads. Raises Problem for what is neither."""
    if not given.lower().endswith(".csv"):
        return mask_of(given)
    try:
        return mask_of_csv(Path(given).read_text(encoding="utf-8-sig"), given)
    except OSError as error:
        raise _not_a_table(given) from error


def mask_of(typed: str) -> OwnMask:
    """Rows of weights with commas between them, or an expression such as ``i - j == 2`` or ``j == 0 or i == j``.

    Numbers, ``i``, ``j``, ``n``, ``+ - * / // %``, comparisons, ``and``, ``or``, ``not``, ``abs``, ``min`` and ``max`` are
    known; it is parsed, never run. Raises Problem for what is neither.
    """
    if "\n" in typed.strip():
        return mask_of_csv(typed, _("what was typed"))
    mask = OwnMask(expression=typed.strip())
    mask.over(TRIED)
    return mask


def mask_of_csv(text: str, name: str) -> OwnMask:
    """A table of as many rows as columns, with commas between weights from 0 to 1. Raises Problem for another."""
    try:
        rows = tuple(tuple(map(float, line.split(","))) for line in text.splitlines() if line.strip())
    except ValueError as error:
        raise _not_a_table(name) from error
    table = np.array(rows) if len({len(row) for row in rows}) == 1 else np.zeros(0)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or len(table) > LARGEST or not _are_weights(table):
        raise _not_a_table(name)
    return OwnMask(weights=rows)


def _evaluated(expression: str, tokens: int) -> Float[np.ndarray, "query key"]:
    if not expression or len(expression) > LONGEST:
        raise _not_read(expression)
    i, j = np.indices((tokens, tokens), dtype=float)
    try:
        tree = ast.parse(expression, mode="eval")
        with np.errstate(all="ignore"):
            value = _value(tree.body, {"i": i, "j": j, "n": np.float64(tokens)})
    except (SyntaxError, ValueError, KeyError, RecursionError, MemoryError) as error:
        raise _not_read(expression) from error
    weights = np.broadcast_to(np.asarray(value, dtype=float), (tokens, tokens))
    if not _are_weights(weights):
        raise Problem(
            _("“{expression}” is not between 0 and 1 everywhere.").format(expression=expression),
            _("Write a condition, such as i - j == 2, or a weight from 0 to 1."),
        )
    return weights.copy()


def _value(node: ast.expr, known: dict[str, Any]) -> Any:
    """Raises KeyError for a name or an operation that is not known, ValueError for another kind of expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return np.float64(node.value)
    if isinstance(node, ast.Name):
        return known[node.id]
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)](_value(node.left, known), _value(node.right, known))
    if isinstance(node, ast.UnaryOp):
        return _UNARY[type(node.op)](_value(node.operand, known))
    if isinstance(node, ast.BoolOp):
        first, *others = (_value(value, known) for value in node.values)
        for other in others:
            first = _JOINED[type(node.op)](first, other)
        return first
    if isinstance(node, ast.Compare):
        ends = [_value(value, known) for value in (node.left, *node.comparators)]
        holds = [_COMPARED[type(op)](left, right) for op, left, right in zip(node.ops, ends, ends[1:], strict=False)]
        return np.logical_and.reduce(np.broadcast_arrays(*holds))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _called(node.func.id, [_value(value, known) for value in node.args])
    raise ValueError(type(node).__name__)


def _called(name: str, values: list[Any]) -> Any:
    if len(values) != (1 if name == "abs" else 2):
        raise ValueError(name)
    return _CALLED[name](*values)


def _are_weights(table: np.ndarray) -> bool:
    return bool(table.size and np.isfinite(table).all() and table.min() >= 0 and table.max() <= 1)


def _not_read(expression: str) -> Problem:
    return Problem(
        _("“{expression}” cannot be read as a pattern.").format(expression=expression[:LONGEST]),
        _(
            "Write a condition on the query i, the key j and the number of tokens n, such as i - j == 2, or name a .csv."
        ),
    )


def _not_a_table(name: str) -> Problem:
    return Problem(
        _("“{name}” is not a square table of weights from 0 to 1.").format(name=name),
        _("Give as many rows as columns, at most {most}, with commas between the numbers.").format(most=LARGEST),
    )
