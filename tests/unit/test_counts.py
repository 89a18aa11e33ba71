"""One is not written like many."""

import pandas as pd

from mhattn_core.findings.counts import count_of_pairs, evidence_of
from mhattn_core.findings.overview.map import _sentence
from mhattn_core.locale import use_language


def test_one_pair_is_no_pairs() -> None:
    assert [count_of_pairs(number) for number in (0, 1, 2, 2001)] == ["0 pairs", "1 pair", "2 pairs", "2,001 pairs"]
    assert [evidence_of(number) for number in (1, 60)] == ["1 pair: an example", "60 pairs"]
    try:
        use_language("zh")
        assert count_of_pairs(1) == "1 对句子"
    finally:
        use_language("en")


def test_one_head_is_and_two_are() -> None:
    heads = pd.DataFrame(
        {"model": ["a", "a", "b", "b", "b"], "redundant": [True, False, True, True, False], "verdict": "", "type": ""}
    )
    assert _sentence(heads, ["a", "b"], "redundancy") == (
        "**a**: 1 of 2 heads has a redundant partner. **b**: 2 of 3 heads have a redundant partner."
    )
