"""Jensen–Shannon divergence in torch against the plain function for one text."""

import numpy as np
import pytest
import torch
from unchecked import unchecked

from mhattn_core.errors import ShapeError
from mhattn_core.measures.redundancy import js_rows as module
from mhattn_core.measures.redundancy.distances import js_distances, js_sums
from mhattn_core.measures.redundancy.js_rows import js_rows, js_within, shares


def patterns(*shape: int, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return generator.dirichlet(np.full(shape[-1], 0.3), shape[:-1]) * generator.uniform(0.2, 1, (*shape[:-1], 1))


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(array).float()


@pytest.mark.parametrize("cells", [30, 2**18])
def test_sums_by_owner_equal_each_owners_own(cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_CACHE", cells)
    heads = patterns(5, 11, 7)
    heads[2, 4] = 0
    owner = np.array([0, 2, 0, 2, 2, 0, 0, 2, 0, 2, 2])
    found = js_within(tensor(heads), torch.nn.functional.one_hot(torch.from_numpy(owner), 3).float()).numpy()
    for number in (0, 2):
        np.testing.assert_allclose(found[number], js_sums(heads[:, owner == number]), atol=1e-5)
    assert not found[1].any()
    np.testing.assert_allclose(found.sum(axis=0), js_sums(heads), atol=1e-5)


def test_rows_of_two_models() -> None:
    a, b = patterns(3, 4, 6), patterns(5, 4, 6, seed=1)
    found = js_rows(shares(tensor(a))[0], shares(tensor(b))[0])
    assert found.shape == (3, 5, 4)
    np.testing.assert_allclose(found.mean(dim=-1).numpy(), js_distances(a, b), atol=1e-6)
    assert js_rows(
        torch.tensor([[[1.0, 0]]]).clamp(1e-30), torch.tensor([[[0, 1.0]]]).clamp(1e-30)
    ).item() == pytest.approx(np.log(2))
    with pytest.raises(ShapeError):
        unchecked(js_rows)(tensor(a), tensor(b[:, :3]))


def test_what_is_given_stays_as_it_is() -> None:
    heads = tensor(patterns(3, 4, 6))
    kept = heads.clone()
    js_within(heads, torch.ones(4, 1))
    assert torch.equal(heads, kept)
