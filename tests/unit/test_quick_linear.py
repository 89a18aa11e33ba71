"""Linear layers by oneDNN give what torch gives."""

import pytest
import torch
from torch import nn

from mhattn_core.attention import quick_linear


@pytest.fixture(autouse=True)
def _faster(monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        pytest.skip("this torch was built without oneDNN")
    monkeypatch.setattr(quick_linear, "_is_faster", lambda: True)


@pytest.mark.parametrize("shape", [(7,), (3, 7), (2, 5, 7), (0, 7)])
@pytest.mark.parametrize("bias", [True, False])
def test_the_same_product(shape: tuple[int, ...], bias: bool) -> None:
    torch.manual_seed(0)
    plain, quick = (nn.Sequential(nn.Linear(7, 4, bias=bias)) for _ in range(2))
    quick.load_state_dict(plain.state_dict())
    quick_linear.quicken(quick)
    states = torch.randn(*shape)
    with torch.no_grad():
        torch.testing.assert_close(quick(states), plain(states), rtol=1e-6, atol=1e-6)
        turned = torch.randn(7, 6).T  # not in one piece
        torch.testing.assert_close(quick(turned), plain(turned), rtol=1e-6, atol=1e-6)


def test_gradients_and_other_types_go_the_usual_way() -> None:
    layer = nn.Linear(3, 2)
    quick_linear.quicken(layer)
    layer(torch.ones(1, 3)).sum().backward()
    assert layer.weight.grad is not None
    layer.double()
    with torch.no_grad():
        assert layer(torch.ones(1, 3, dtype=torch.float64)).dtype == torch.float64
