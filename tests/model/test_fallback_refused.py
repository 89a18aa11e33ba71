"""Networks whose patterns cannot be read by their hooks either, and are refused."""

from typing import Any

import pytest
from cases import (
    family_named,
)
from families import BEFORE_A_NORM, NOT_ONE_PATTERN

from mhattn_core.errors import Problem
from mhattn_core.tap.survey import survey


def test_a_model_that_returns_other_patterns_than_it_uses_is_refused() -> None:
    network = family_named("mpnet").build("eager")
    assert survey(network).stacks == ("encoder",)

    def return_others(_module: Any, _inputs: Any, output: Any) -> None:
        first, *rest = output.attentions
        output.attentions = (first.flip(1), *rest)

    network.register_forward_hook(return_others)
    with pytest.raises(Problem, match="mpnet"):
        survey(network)


@pytest.mark.parametrize("number", [2, 4])
def test_a_model_that_returns_another_number_of_patterns_is_refused(number: int) -> None:
    network = family_named("bloom").build("eager")

    def return_as_many(_module: Any, _inputs: Any, output: Any) -> None:
        output.attentions = (output.attentions * 2)[:number]

    network.register_forward_hook(return_as_many)
    with pytest.raises(Problem, match="bloom"):
        survey(network)


def test_a_model_that_returns_none_is_read_where_projections_take_what_was_seen() -> None:
    """As people's own attention does, put in the place of a family's."""
    network = family_named("bloom").build("eager")

    def return_none(_module: Any, _inputs: Any, output: Any) -> None:
        output.attentions = None

    network.register_forward_hook(return_none)
    attention = survey(network)
    assert (attention.stacks, attention.layers("decoder")) == (("decoder",), 3)
    assert attention.gives_contributions


@pytest.mark.parametrize("name", ["longformer", "led", "big_bird", "bigbird_pegasus", "longt5", "diffllama"])
def test_windows_blocks_and_differences_are_refused(name: str) -> None:
    """As read this way: BigBird even though it reads the survey's few tokens in full."""
    family = next(family for family in NOT_ONE_PATTERN if family.name == name)
    with pytest.raises(Problem, match=family.model_type):
        survey(family.build("eager"))


def test_a_projection_behind_a_norm_is_refused() -> None:
    """BitNet without the tap: the patterns may be right, but what the heads hand on was not found again."""
    with pytest.raises(Problem, match="bitnet"):
        survey(BEFORE_A_NORM.build("eager"))
