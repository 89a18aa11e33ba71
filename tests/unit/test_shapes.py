"""Arrays state their axes in signatures, and pytest holds functions to them."""

import ast
import configparser
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import TypeCheckError

from mhattn_core.measures.votes import votes

ROOT = Path(__file__).parents[2]
ROOMS = ("arrays", "attention", "measures")
ARRAYS = {"ndarray", "Tensor"}
SHAPED = {"Bool", "Float", "Int", "Real", "Shaped"}
# Tensors by their names in a network, whose shapes only the network knows.
OPEN = {"inputs", "run", "WEIGHTS"}


def checked() -> list[str]:
    options = configparser.ConfigParser()
    options.read(ROOT / ".pytest.ini", encoding="utf-8")
    (packages,) = (one for one in options["pytest"]["addopts"].split() if one.startswith("--jaxtyping-packages="))
    return packages.partition("=")[2].split(",")[:-1]


def bare(annotation: ast.expr) -> bool:
    """Whether an array stands in an annotation without its axes."""
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in SHAPED:
        return False
    if (isinstance(annotation, ast.Name) and annotation.id in ARRAYS) or (
        isinstance(annotation, ast.Attribute) and annotation.attr in ARRAYS
    ):
        return True
    return any(bare(child) for child in ast.iter_child_nodes(annotation) if isinstance(child, ast.expr))


def annotations(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Names and annotations of public fields, arguments and results."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from annotations(node.body)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if not node.target.id.startswith("_"):
                yield node.target.id, node.annotation
        elif isinstance(node, ast.FunctionDef) and (not node.name.startswith("_") or node.name == "__call__"):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            yield from ((one.arg, one.annotation) for one in arguments if one.annotation)
            if node.returns:
                yield node.name, node.returns


def test_public_arrays_state_their_axes() -> None:
    for package in checked():
        path = ROOT.joinpath(*package.split("."))
        for file in path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]:
            tree = ast.parse(file.read_text(encoding="utf-8"))
            assert "from __future__" not in ast.unparse(tree), f"{file}: annotations as strings are not checked"
            missing = {name for name, annotation in annotations(tree.body) if name not in OPEN and bare(annotation)}
            assert not missing, f"{file}: {missing}"


def test_all_of_these_rooms_are_checked() -> None:
    assert {f"mhattn_core.{room}" for room in ROOMS} <= set(checked())


def test_a_call_with_other_axes_is_refused() -> None:
    with pytest.raises(TypeCheckError, match="counted"):
        votes(np.ones((2, 3, 4, 4)), ["a"] * 4, query=0, counted=np.ones((3, 2), dtype=bool))
