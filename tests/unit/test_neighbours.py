"""Heads near in their measures, ranks, and differences between two checkpoints: worked by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from mhattn_core.errors import Problem, ShapeError
from mhattn_core.measures.difference import difference
from mhattn_core.measures.matching.neighbours import nearest, profiles, rank


def heads(model: str, values: dict[str, list[list[float]]], stack: str = "encoder", n: int = 1) -> pd.DataFrame:
    """A table of heads from measure → [layer][head]."""
    return pd.DataFrame(
        [
            {
                "model": model,
                "stack": stack,
                "layer": layer,
                "head": head,
                "measure": measure,
                "group": "",
                "value": value,
                "low": np.nan,
                "high": np.nan,
                "n": n,
            }
            for measure, layers in values.items()
            for layer, row in enumerate(layers)
            for head, value in enumerate(row)
        ]
    )


# Three layers of two heads against one layer of three: nothing can be mixed up by being square.
DEEP = heads(
    "deep", {"near": [[0, 2], [4, 6], [8, 10]], "sharp": [[1, 1], [1, 1], [1, 7]], "blind": [[math.nan] * 2] * 3}
)
FLAT = heads("flat", {"near": [[10, 20, 60]], "sharp": [[3, 3, 9]], "blind": [[1, 2, 3]]})


def test_a_profile_counts_deviations_from_the_models_own_mean() -> None:
    found = profiles(pd.concat([DEEP, FLAT]))
    assert found.loc[("flat", "encoder", 0, 2), "near"] == pytest.approx((60 - 30) / math.sqrt((400 + 100 + 900) / 3))
    assert found.loc[("deep", "encoder", 0, 0), "near"] == pytest.approx(-5 / math.sqrt(70 / 6))
    assert found.loc[("deep", "encoder", 2, 1), "sharp"] == pytest.approx(5 / math.sqrt(5))


def test_a_measure_that_is_the_same_for_all_heads_tells_none_apart() -> None:
    found = profiles(heads("m", {"same": [[0.3, 0.3, 0.3]], "other": [[1, 2, 3]]}))
    assert found["same"].isna().all()
    assert found["other"].notna().all()


def test_the_nearest_head_is_the_nearest_by_hand() -> None:
    both = pd.concat([DEEP, FLAT], ignore_index=True)
    found = nearest(both, "flat", "encoder", 0, 2)
    assert (found["layer"][0], found["head"][0]) == (2, 1)
    near = (10 - 5) / math.sqrt(70 / 6) - 30 / math.sqrt(1400 / 3)
    sharp = 5 / math.sqrt(5) - 4 / math.sqrt(8)
    assert found["distance"][0] == pytest.approx(math.sqrt((near**2 + sharp**2) / 2))
    assert found["measures"].tolist() == [2, 2, 2]  # blind is not measured in the other model
    assert found["distance"].is_monotonic_increasing
    assert set(found["model"]) == {"deep"}


def test_each_other_model_gives_its_own_nearest_in_the_tables_order() -> None:
    twin = DEEP.assign(model="a twin")
    found = nearest(pd.concat([FLAT, DEEP, twin], ignore_index=True), "deep", "encoder", 2, 1, count=1)
    assert found["model"].tolist() == ["flat", "a twin"]
    assert found.loc[1, ["layer", "head", "distance"]].tolist() == [2, 1, 0]


def test_scale_and_shift_of_a_model_change_nothing() -> None:
    stretched = FLAT.assign(value=FLAT["value"] * 7 - 3)
    plain, moved = (
        nearest(pd.concat([DEEP, table], ignore_index=True), "deep", "encoder", 1, 0, count=3)
        for table in (FLAT, stretched)
    )
    pd.testing.assert_frame_equal(plain, moved)


def test_a_head_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ShapeError):
        nearest(pd.concat([DEEP, FLAT]), "deep", "encoder", 0, 9)
    with pytest.raises(ShapeError):
        rank(DEEP, "blind", 0, 0)


def test_ranks_are_counted_from_both_ends_and_leave_out_what_is_not_known() -> None:
    table = heads("m", {"x": [[5, 1, 5], [math.nan, 9, 2]]})
    assert rank(table, "x", 0, 1) == (1, 5, 5)
    assert rank(table, "x", 0, 0) == (3, 2, 5)
    assert rank(table, "x", 0, 2) == (3, 2, 5)
    assert rank(table, "x", 1, 1) == (5, 1, 5)


def test_a_difference_is_the_second_less_the_first_and_claims_no_interval() -> None:
    before = heads("base", {"x": [[1, 2, 3], [4, 5, 6]]}, n=5)
    after = heads("tuned", {"x": [[1, 0, 7], [4, math.nan, 6.5]]}, n=3).sample(frac=1, random_state=1)
    given = before.copy()
    table = difference(before, after).sort_values(["layer", "head"])
    np.testing.assert_allclose(table["value"], [0, -2, 4, 0, np.nan, 0.5])
    assert table["a"].tolist() == [1, 2, 3, 4, 5, 6]
    assert table["low"].isna().all()
    assert table["high"].isna().all()
    assert set(table["n"]) == {3}
    assert set(table["model_a"] + table["model_b"]) == {"basetuned"}
    pd.testing.assert_frame_equal(before, given)


def test_models_of_different_shape_have_no_difference() -> None:
    with pytest.raises(Problem, match="deep has encoder 3 × 2, flat has encoder 1 × 3"):
        difference(DEEP, FLAT)
    with pytest.raises(Problem):
        difference(DEEP, DEEP.assign(stack="decoder"))
