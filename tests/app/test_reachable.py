"""Everything that a page shows is reachable by name: a run's finding by the name that the command line and ``mh.finding``
know, one of a pair by its code; and either gives what is shown.
"""

import ast
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from views import VIEWS, name_of_view, open_view

import mhattn_core as mh
from mhattn_core.findings import RUN_FINDINGS
from mhattn_core.models.load import load
from mhattn_core.ui import show as showing

MODELS = dict.fromkeys(("translation", "fault_tolerance"), ("marian-zh-en", "minilm"))
OF_THE_NOTE = {"note", "note_segments"}
"""Numbers that the note prints; nobody measured them."""


once = cache(load)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> dict[str, mh.Finding]:
    """What pages hand to ``ui.show``, by the key of its chart."""
    findings: dict[str, mh.Finding] = {}
    take = showing.take

    def keep(finding: mh.Finding, key: str) -> None:
        findings[key] = finding
        take(finding, key)

    monkeypatch.setattr(showing, "take", keep)
    return findings


@pytest.mark.parametrize("view", VIEWS, ids=name_of_view)
def test_what_is_shown_is_got_again(
    view: tuple[str, dict[str, str]], shown: dict[str, mh.Finding], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_view(view, *MODELS.get(view[0], ("minilm", "minilm@random")))
    assert not app.exception, app.exception
    monkeypatch.setattr(mh, "load", once)
    for key, finding in shown.items():
        if finding.name in OF_THE_NOTE:
            continue
        if finding.name in RUN_FINDINGS and "mh.finding(" in finding.code:
            assert f"mh.finding(run, {finding.name!r}" in finding.code, key
        assert finding.code, f"{key}: {finding.name} is got again by nothing"
        assert_same_numbers(run_code(finding.code), finding.table, key)


def run_code(code: str) -> Any:
    *lines, last = ast.parse(code).body
    assert isinstance(last, ast.Expr)
    names: dict[str, Any] = {}
    exec(compile(ast.Module(lines, []), "code", "exec"), names)
    return eval(compile(ast.Expression(last.value), "code", "eval"), names)


def assert_same_numbers(again: Any, table: pd.DataFrame, key: str) -> None:
    """The columns that both have, in any order of rows; of an array all numbers, each of which stands in the table."""
    if isinstance(again, pd.DataFrame):
        assert len(again) == len(table), key
        both = [name for name in table if name in again and name != "verdict"]
        numbers = [name for name in both if pd.api.types.is_numeric_dtype(table[name])]
        assert numbers, (key, list(again), list(table))
        for name in numbers:
            a, b = (np.sort(one[name].to_numpy(dtype=float)) for one in (again, table))
            np.testing.assert_allclose(a, b, atol=1e-5, err_msg=f"{key}: {name}")
    else:
        known = table.select_dtypes("number").to_numpy(dtype=float).ravel()
        for number in np.asarray(again, dtype=float).ravel():
            assert np.isnan(number) or np.isclose(known, number, atol=1e-5).any(), (key, number)
