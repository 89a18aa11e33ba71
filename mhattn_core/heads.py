"""One head: its stack, layer and number, and among several models its model; how that is written and read everywhere.

Layers and heads count from 0. A head is ``L3 H7`` where its stack is known, ``cross L1 H0`` among all stacks of a
model, and ``minilm · L3 H7`` among several models, each shown by one stack. Tables, charts, sentences, files and
addresses of the dashboard have these names, so a name never changes with the language.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

STACKS = ("encoder", "decoder", "cross")
"""In the order in which a network runs them."""
HEAD_COLUMNS = ["model", "stack", "layer", "head"]
"""Whose head a row of a table is about."""

_NAME = re.compile(rf"(?:({'|'.join(STACKS)}) )?L(0|[1-9][0-9]*) H(0|[1-9][0-9]*)")


def layer_name(layer: int) -> str:
    """``L3``."""
    return f"L{layer}"


def head_name(layer: int, head: int, *, stack: str = "", model: str = "") -> str:
    """``L3 H7``; ``cross L3 H7`` with the stack, ``minilm · L3 H7`` with the model."""
    name = f"{layer_name(layer)} H{head}"
    name = f"{stack} {name}" if stack else name
    return f"{model} · {name}" if model else name


def head_expression(layer: str, head: str) -> str:
    """``head_name`` of two Vega expressions, as one: for what a browser names."""
    return f"'L' + {layer} + ' H' + {head}"


def layer_expression(layer: str) -> str:
    """``layer_name`` of a Vega expression."""
    return f"'L' + {layer}"


def head_names(table: pd.DataFrame, side: str = "", *, stack: bool = False, model: bool = False) -> "pd.Series[str]":
    """``head_name`` of each row, with its stack or its model where asked for.

    side: ending of the columns, as ``_a`` in tables of pairs of heads.
    """
    name = "L" + table[f"layer{side}"].astype(str) + " H" + table[f"head{side}"].astype(str)
    if stack:
        name = table[f"stack{side}"].astype(str) + " " + name
    return table[f"model{side}"].astype(str) + " · " + name if model else name


class Head(NamedTuple):
    """A head of one model. It equals the plain tuple, so ``attend`` takes either."""

    stack: str
    layer: int
    head: int

    @property
    def name(self) -> str:
        """Where the stack is known: ``L3 H7``."""
        return head_name(self.layer, self.head)

    @property
    def full_name(self) -> str:
        """Among all stacks: ``cross L1 H0``."""
        return head_name(self.layer, self.head, stack=self.stack)

    @property
    def cell(self) -> tuple[int, int]:
        """Layer and head: its cell in the grid of its stack."""
        return self.layer, self.head

    @classmethod
    def parse(cls, name: str, stack: str = "") -> "Head":
        """The head that a name means. stack: of names that have none.

        Raises ValueError for what is not written exactly as a head is, and for one whose stack is told nowhere.
        """
        matched = _NAME.fullmatch(name)
        if not matched or not (matched[1] or stack):
            raise ValueError(f"not a head: {name!r}")
        return cls(matched[1] or stack, int(matched[2]), int(matched[3]))

    @classmethod
    def of_row(cls, row: "Mapping[str, Any] | pd.Series[Any]") -> "Head":
        """The head that a row of a table is about."""
        return cls(str(row["stack"]), int(row["layer"]), int(row["head"]))

    @classmethod
    def of_table(cls, table: pd.DataFrame) -> "list[Head]":
        """The head of each row."""
        rows = table[HEAD_COLUMNS[1:]].itertuples(index=False, name=None)
        return [cls(str(stack), int(layer), int(head)) for stack, layer, head in rows]


class ModelHead(NamedTuple):
    """A head of one of several models, as tables index it (``HEAD_COLUMNS``)."""

    model: str
    stack: str
    layer: int
    head: int

    @property
    def name(self) -> str:
        """``minilm · L3 H7``."""
        return head_name(self.layer, self.head, model=self.model)

    @property
    def cell(self) -> tuple[int, int]:
        """Layer and head: its cell in the grid of its stack."""
        return self.layer, self.head

    @property
    def within(self) -> Head:
        """The head inside its model."""
        return Head(self.stack, self.layer, self.head)

    @classmethod
    def of_row(cls, row: "Mapping[str, Any] | pd.Series[Any]") -> "ModelHead":
        """The head that a row of a table is about."""
        return cls(str(row["model"]), *Head.of_row(row))

    @classmethod
    def of_table(cls, table: pd.DataFrame) -> "list[ModelHead]":
        """The head of each row."""
        return [cls(str(model), *head) for model, head in zip(table["model"], Head.of_table(table), strict=True)]
