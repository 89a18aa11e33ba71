"""Modules that one caller may hook: they compute the same on the same weights, and the shared network stays as it
is.
"""

from typing import Any

import pytest
import torch
from cases import family_named, model_of
from torch import nn

import mhattn_core as mh
from mhattn_core.attention.own_modules import OwnModules
from mhattn_core.attention.pre_rope import before_rotation
from mhattn_core.experiments.direct_effect import reading
from mhattn_core.tap.interface import Call

PAIR = mh.SentencePair("the cat sits on a mat", "it was tired")


# ALBERT has one module for all its layers, Marian three stacks.
@pytest.mark.parametrize("name", ["llama", "albert", "marian"])
def test_they_share_weights_and_nothing_else(name: str) -> None:
    model = model_of(family_named(name))
    own = OwnModules.of(model)
    assert not set(own.network.modules()) & set(model.network.modules())
    for one, other in zip(own.network.parameters(), model.network.parameters(), strict=True):
        assert one is other
    seen, calls = mh.attend(model, PAIR), list[Call]()
    seen.again(calls.append, own)
    assert [(call.stack, call.layer) for call in calls if call.stack == seen.stacks[-1]] == [
        (seen.stacks[-1], layer) for layer in range(len(seen.pattern(seen.stacks[-1])))
    ]
    for call in calls:
        torch.testing.assert_close(call.pattern[0], torch.from_numpy(seen.pattern(call.stack)[call.layer]))


def test_nobody_hooks_the_network_that_belongs_to_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    hooked: list[nn.Module] = []
    register = nn.Module.register_forward_hook

    def listen(module: nn.Module, *args: Any, **options: Any) -> Any:
        hooked.append(module)
        return register(module, *args, **options)

    model = model_of(family_named("llama"))
    seen = mh.attend(model, PAIR)
    monkeypatch.setattr(nn.Module, "register_forward_hook", listen)
    assert before_rotation(seen, "decoder", layer=1, head=1).rotated
    once = len(hooked)
    assert reading(seen, 2) is not None
    assert 0 < once < len(hooked)
    assert not set(hooked) & set(model.network.modules())
