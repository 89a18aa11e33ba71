"""What columns of tables are called on a page."""

import pytest

from mhattn_core.findings.columns import column_label
from mhattn_core.locale import use_language


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("query_position", "query position"),
        ("layer_a", "layer A"),
        ("model_b", "model B"),
        ("partner_model", "model of the counterpart"),
        # What nobody has given a name is at least no identifier.
        ("something_else", "something else"),
    ],
)
def test_a_column_has_a_name_for_people(name: str, label: str) -> None:
    assert column_label(name) == label


def test_in_chinese_too() -> None:
    use_language("zh")
    try:
        assert column_label("layer_a") == "层 A"
    finally:
        use_language("en")
