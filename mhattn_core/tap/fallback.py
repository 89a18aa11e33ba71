"""Reading networks that never ask transformers for an attention function (BLOOM, DeBERTa, Falcon, GPT-J …).

They stay on their own eager attention. A watched forward looks for what every such attention does somewhere: it
multiplies the outcome of a softmax, ``[batch, head, query, key]`` (or batch and head on one axis), with the values.
That product is the per-head output, and replacing it switches a head off. Torch keeps the mode that sees it per
thread, so nothing is installed in the network, and an unwatched forward is the family's own.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from mhattn_core.tap.entered import Entered, LayersEntered
from mhattn_core.tap.interface import ALL_ATTEND, Call, LayerOf, Watcher, nth_layer

_SOFTMAXES = {torch.softmax, torch.nn.functional.softmax, Tensor.softmax}
_PRODUCTS = {torch.matmul, torch.bmm, Tensor.matmul, Tensor.__matmul__, Tensor.bmm}
# XLNet's: its output has the query in front.
_EINSUM = "bnij,jbnd->ibnd"


class Softmaxes(TorchFunctionMode):
    """Keeps the shape of every softmax in this thread, and in which layer it was: attention that is computed in windows
    or blocks shows there, and there alone.
    """

    def __init__(self, entered: LayersEntered) -> None:
        super().__init__()
        self._entered = entered
        self.shapes: list[tuple[tuple[int, ...], Entered]] = []

    def __torch_function__(self, function: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        if function in _SOFTMAXES:
            self.shapes.append((tuple(result.shape), self._entered.now))
        return result


class Products(TorchFunctionMode):
    """Shows a watcher every product of a pattern with values, as the call of an attention function, in this thread.

    ``order``: stack and number of heads of each product of one forward; None for one sentence whose products are still
    to be found out. Queries, keys, values and masks are not known: such a call tells stack, layer, pattern and output.
    Raises RuntimeError when a forward makes another number of products than ``order`` tells.
    """

    def __init__(
        self, order: Sequence[tuple[str, int]] | None, watcher: Watcher, layer_of: LayerOf = ALL_ATTEND
    ) -> None:
        super().__init__()
        self._order = order
        self._layer_of = layer_of
        self._watcher = watcher
        self._seen: list[str] = []
        self._pattern: Tensor | None = None

    def __torch_function__(self, function: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        if function in _SOFTMAXES and result.dim() in (3, 4):
            self._pattern = result
        elif function is torch.einsum and args[0] == _EINSUM and self._is_pattern(args[1]):
            replaced = self._show(args[1], result.permute(1, 2, 0, 3))
            return result if replaced is None else replaced.permute(2, 0, 1, 3)
        elif function in _PRODUCTS and self._is_pattern(args[0]):
            replaced = self._show(args[0], result)
            return result if replaced is None else replaced.reshape(result.shape)
        return result

    def _is_pattern(self, factor: Tensor) -> bool:
        """Whether ``factor`` is the last softmax itself, perhaps in another shape: dropout at rest copies nothing."""
        return (
            self._pattern is not None
            and factor.data_ptr() == self._pattern.data_ptr()
            and factor.numel() == self._pattern.numel()
        )

    def _show(self, pattern: Tensor, product: Tensor) -> Tensor | None:
        """Both to the watcher, whether batch and head are one axis or two; what takes the place of the product."""
        if self._order is not None and len(self._seen) == len(self._order):
            raise self._miscounted(len(self._order))
        self._pattern = None
        stack, heads = ("", product.shape[-3]) if self._order is None else self._order[len(self._seen)]
        layer = nth_layer(self._layer_of, stack, self._seen.count(stack))
        self._seen.append(stack)
        if layer is None:
            return None
        pattern, output = (tensor.reshape(-1, heads, *tensor.shape[-2:]) for tensor in (pattern, product))
        call = Call(None, stack, layer, None, None, None, None, pattern, output.transpose(1, 2), {})
        replaced = self._watcher(call)
        return None if replaced is None else replaced.transpose(1, 2).to(output.dtype)

    def __exit__(self, exception: Any, *rest: Any) -> None:
        super().__exit__(exception, *rest)  # type: ignore[no-untyped-call]
        if exception is None and self._order is not None and len(self._seen) < len(self._order):
            raise self._miscounted(len(self._order))

    def _miscounted(self, expected: int) -> RuntimeError:
        return RuntimeError(f"One forward makes {expected} attention products; this one made another number.")
