"""The best heads alone: a network whose one head does all the work is kept by that head, and one whose heads do nothing
has nothing to keep.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from test_knockout import LOOKING, copying_model, stack_of
from test_knockout import texts as copied_texts

from mhattn_core.experiments.ablation.faithfulness import COLUMNS, faithfulness_table, halves, kept_at
from mhattn_core.experiments.ablation.texts import AblationText
from mhattn_core.heads import Head
from mhattn_core.measures.ablation.recovered import area, recovered, recovered_of_texts
from mhattn_core.models.model import Model
from mhattn_core.runs.studies import faithfulness

WORKS, IDLE = Head("decoder", 0, 0), Head("decoder", 0, 1)


def test_by_hand() -> None:
    kept, intact, none = np.array([[6.0, 9.0], [2.0, 6.0], [1.0, 2.0]]), np.array([2.0, 4.0]), np.array([6.0, 10.0])
    counts = np.array([2.0, 3.0])  # a word loses 10 / 5 = 2 in the mean
    np.testing.assert_allclose(recovered(kept, intact, none), [0.1, 0.8, 1.3])
    # Text by text: 1 - 4/2/2 and 1 - 5/3/2; 1 and 1 - 2/3/2; 1 + 1/2/2 and 1 + 2/3/2.
    found = recovered_of_texts(kept, intact, none, counts)
    np.testing.assert_allclose(found[1], [(0 + 1 / 6) / 2, (1 + 2 / 3) / 2, (1.25 + 4 / 3) / 2])
    assert (np.diff(found, axis=0) >= 0).all()
    assert area(np.array([1.0, 0.0, 0.25]), np.array([1.0, 0.0, 0.8])) == pytest.approx(0.1 + 0.675)
    assert np.isnan(recovered(kept, intact, intact)).all()


def test_points_halve_and_texts_are_of_two_halves() -> None:
    assert kept_at(72) == [0, 2, 4, 9, 18, 36, 72]
    assert kept_at(2) == [0, 1, 2]
    texts = some_texts(30)
    ranking, kept = halves(texts)
    assert (len(ranking), len(kept)) == (3, 8)
    assert not {text.unit for text in ranking} & {text.unit for text in kept}


def some_texts(number: int) -> list[AblationText]:
    """Of each text the last two words are asked for: one that nothing foretells, and one that the head copies."""
    return [
        AblationText(record.pair, record.id, "context", len(" ".join(record.pair.source.split()[:LOOKING])) + 1)
        for record in copied_texts()[:number]
    ]


def curves_of(model: Model) -> pd.DataFrame:
    told = list[int]()
    table = faithfulness_table(model, some_texts(24), {IDLE: 0.1, WORKS: 0.4}, tell=told.append)
    assert tuple(table) == COLUMNS
    assert sum(told) > 0
    return table


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return curves_of(copying_model())


@pytest.mark.parametrize("kind", ["mean", "zero"])
@pytest.mark.parametrize("order", ["importance", "attribution", "ablation", "role"])
def test_every_ranking_keeps_the_head_that_does_the_work(table: pd.DataFrame, kind: str, order: str) -> None:
    own = table.query("kind == @kind and order == @order").sort_values("kept")
    np.testing.assert_allclose(own["recovered"], [0, 1, 1], atol=1e-4)
    np.testing.assert_allclose(own["share_kept"], [0, 0.5, 1])
    assert own["area"].unique() == pytest.approx([0.75])
    assert (own["n"] == 8).all()


def test_random_rankings_keep_it_by_chance(table: pd.DataFrame) -> None:
    drawn = table.query("kind == 'mean' and order == 'random'").drop_duplicates("draw")["area"]
    assert set(drawn.round(2)) == {0.25, 0.75}


def test_where_heads_do_nothing_there_is_nothing_to_keep() -> None:
    model = copying_model()
    with torch.no_grad():
        model.network.transformer.h[0].attn.c_proj.weight.zero_()
    table = curves_of(model)
    assert table[["recovered", "q10", "median", "q90", "area"]].isna().all(axis=None)
    assert table["value"].notna().all()


def test_roles_lie_above_the_best_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Head 0 is right on all subjects, of which half stand at one distance, head 1 on all determiners, at one."""
    records = copied_texts()
    stack = stack_of(records, {"nsubj": 0, "det": 1, "det.control": 0})
    subjects = stack.items["relation"] == "nsubj"
    stack.items.loc[subjects, "key"] = (np.arange(subjects.sum()) % 2).astype(np.int16)

    def measured(*_given: Any) -> dict[str, Any]:
        return {"decoder": stack}

    monkeypatch.setattr(faithfulness, "measure_relations", measured)
    assert faithfulness.role_scores(copying_model(), records, []) == pytest.approx({WORKS: 0.5, IDLE: 0})
