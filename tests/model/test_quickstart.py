"""The notebook of the quick start, from its first cell to its last, as a kernel runs and displays it."""

import ast
import json
from pathlib import Path
from typing import Any

import mhattn_core as mh
from mhattn_core.findings.markdown import plain

NOTEBOOK = Path(__file__).parents[2] / ".github" / "quickstart.ipynb"
CELLS: list[dict[str, Any]] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]


def run_cell(source: str, names: dict[str, Any]) -> Any:
    """What the cell's last line is, where it is an expression."""
    *lines, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        lines, last = [*lines, last], ast.Expr(ast.Constant(None))
    exec(compile(ast.Module(lines, []), NOTEBOOK.name, "exec"), names)
    return eval(compile(ast.Expression(last.value), NOTEBOOK.name, "eval"), names)


def test_it_runs_from_start_to_end_and_displays_what_it_says() -> None:
    names: dict[str, Any] = {}
    shown = [run_cell("".join(cell["source"]), names) for cell in CELLS if cell["cell_type"] == "code"]
    findings = [one for one in shown if isinstance(one, mh.Finding)]
    assert len(findings) >= 2
    for one in findings:
        displayed = one._repr_mimebundle_()
        assert plain(one.sentence) in displayed["text/plain"]
        assert "<svg" in displayed["text/html"]
    shape, moved = shown[0], next(one for one in shown if isinstance(one, dict))
    assert shape == (6, 12, 15, 15)
    # What is switched off in a layer changes no pattern of it, nor of those before.
    layer = names["head"][1]
    assert set(list(moved.values())[: layer + 1]) == {0.0}
    assert min(list(moved.values())[layer + 1 :]) > 0
    assert all((names["folder"] / name).stat().st_size for name in ("special_mass.pdf", "special_mass.csv"))
    if isinstance(shown[-1], mh.Finding):
        assert names["answer"]
        assert "written by the model" in shown[-1].text
    else:
        assert "fetch smollm2" in shown[-1]


def test_it_holds_no_output() -> None:
    for cell in CELLS:
        assert not cell.get("outputs"), cell["source"]
        assert cell.get("execution_count") is None, cell["source"]
