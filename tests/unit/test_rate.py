"""How much one person may ask for in a while."""

import pytest

from mhattn_core.errors import Problem
from mhattn_core.visitors.rate import Rate


def test_each_person_has_so_many_in_any_stretch_of_time() -> None:
    now = [0.0]
    rate = Rate(2, 60, clock=lambda: now[0])
    rate.take("a")
    now[0] = 30.0
    rate.take("a")
    with pytest.raises(Problem, match="more than 2 new results in 60 seconds") as caught:
        rate.take("a")
    assert caught.value.remedy.startswith("Try again in 30 s,")
    rate.take("b")
    now[0] = 59.5
    with pytest.raises(Problem, match="again in 1 s,"):
        rate.take("a")
    now[0] = 60.0
    rate.take("a")  # the first is a minute old; what was refused was not counted
    with pytest.raises(Problem, match="Try again in 30 s,"):
        rate.take("a")
