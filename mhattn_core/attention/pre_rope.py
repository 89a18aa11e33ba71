"""One head's queries and keys before positions turn them, as the network's own modules give them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from torch import Tensor, nn

from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.own_modules import OwnModules
from mhattn_core.tap.interface import Call

CLOSE = 1e-4
"""How far two numbers may lie apart, as a share of the largest, and still be the same."""


@dataclass(frozen=True, eq=False)
class BeforeRotation:
    """``query`` ``[query, dimension]`` and ``key`` ``[key, dimension]``, float32; each None where no module was found
    that gives it.

    ``rotated``: whether the attention function gets other ones, turned by their positions (RoPE). Where it does not,
    positions are in the words themselves, or are added to the scores.
    """

    query: Float[np.ndarray, "query dimension"] | None
    key: Float[np.ndarray, "key dimension"] | None
    rotated: bool


def before_rotation(seen: AttentionResult, stack: str, *, layer: int, head: int) -> BeforeRotation:
    """Look for the last module before a head's attention whose output is its queries (its keys) but for rotation.

    By value and not by name, since families call their projections differently, fuse them, and put norms behind them: a
    rotation by positions leaves every length as it is, and the first position altogether. So of each module's output
    the slice is taken whose first row and whose lengths are those of the head's queries; one factor for all rows may
    lie between (OPT scales its queries). Not found where a query is put together from several modules (DeepSeek), and
    where a network computes attention in a way of its own.
    Raises Problem as ``AttentionResult.values``. Source of the rotation: Su et al. 2021.
    """
    values = seen.values(stack, layer=layer, head=head)
    found: list[tuple[np.ndarray | None, np.ndarray | None]] = []
    own = OwnModules.of(seen.model)
    outputs = _kept_outputs(own.network)

    def see(call: Call) -> None:
        if (call.stack, call.layer) == (stack, layer):
            found.append((_given(outputs, values.query), _given(outputs, values.key)))
        # What comes next belongs to the next layer.
        outputs.clear()

    seen.again(see, own)
    query, key = found[0]
    pairs = ((query, values.query), (key, values.key))
    return BeforeRotation(query, key, any(before is not None and not _same(before, after) for before, after in pairs))


def _kept_outputs(network: nn.Module) -> list[Tensor]:
    """What the innermost modules of a network of one's own give out during a forward, in order."""
    outputs: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, Tensor):
            outputs.append(output.detach())

    for module in network.modules():
        if not any(module.children()):
            module.register_forward_hook(keep)
    return outputs


def _given(
    outputs: list[Tensor], wanted: Float[np.ndarray, "position dimension"]
) -> Float[np.ndarray, "position dimension"] | None:
    """The slice of the latest output that is ``wanted`` ``[position, dimension]`` but for a rotation by position."""
    positions, width = wanted.shape
    for output in reversed(outputs):
        for rows in _rows(output, positions):
            for slice_ in _slices(rows, width):
                factor = _factor(slice_[0], wanted[0])
                if factor and _same(np.linalg.norm(factor * slice_, axis=1), np.linalg.norm(wanted, axis=1)):
                    return factor * slice_
    return None


def _rows(output: Tensor, positions: int) -> Iterator[np.ndarray]:
    """Readings of one sentence's output as ``[position, …]``: positions lie on the second axis, or behind the heads."""
    for axis in (1, 2):
        if (
            output.dim() > axis + 1
            and output.shape[0] == 1
            and output.shape[axis] == positions
            and output.is_floating_point()
        ):
            yield output[0].movedim(axis - 1, 0).reshape(positions, -1).float().cpu().numpy()


def _slices(rows: np.ndarray, width: int) -> Iterator[np.ndarray]:
    """Heads lie one behind the other, each ``width`` wide."""
    for start in range(0, rows.shape[1] - width + 1, width):
        yield rows[:, start : start + width]


def _factor(row: Float[np.ndarray, " dimension"], wanted: Float[np.ndarray, " dimension"]) -> float:
    """The number that makes ``row`` the one wanted; 0 where there is none."""
    length = float(row @ row)
    factor = float(row @ wanted) / length if length else 0.0
    return factor if _same(factor * row, wanted) else 0.0


def _same(one: Float[np.ndarray, "*axes"], other: Float[np.ndarray, "*axes"]) -> bool:
    return bool(np.abs(one - other).max() <= CLOSE * max(float(np.abs(other).max()), 1e-9))
