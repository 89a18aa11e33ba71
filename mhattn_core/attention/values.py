"""One head taken apart: what it compares, what it carries, and what it adds to the layer's output."""

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from mhattn_core.arrays.head_values import HeadValues
from mhattn_core.errors import ShapeError
from mhattn_core.tap.interface import Call, visible_keys


def head_values(call: Call, head: int) -> HeadValues:
    """Take one head of the first sentence of a call apart.

    Raises ShapeError for a call that does not tell its queries, keys and values (a network read without the tap).
    Source: Vaswani et al. 2017, section 3.2; grouped keys and values: Ainslie et al. 2023.
    """
    if call.query is None or call.key is None or call.value is None:
        raise ShapeError("This call has no queries, keys and values.")
    heads = call.pattern.shape[1]
    group = head * call.key.shape[1] // heads
    scaling, softcap, bias, sinks = (
        call.options.get(name) for name in ("scaling", "softcap", "position_bias", "s_aux")
    )
    return HeadValues(
        _array(call.query[0, head]),
        _array(call.key[0, group]),
        _array(call.value[0, group]),
        _array(call.output[0, :, head]),
        call.query.shape[-1] ** -0.5 if scaling is None else float(scaling),
        None if softcap is None else float(softcap),
        None if bias is None else _array(bias.expand_as(call.pattern)[0, head]),
        visible_keys(call).expand_as(call.pattern)[0, head].cpu().numpy(),
        None if sinks is None else float(sinks[head]),
    )


def contributions(
    output: Float[Tensor, "query head dimension"], projection: nn.Module
) -> Float[np.ndarray, "head query model_dimension"]:
    """Each head's output through its own rows of W_O: float32 ``[head, query, model dimension]``.

    output: ``[query, head, dimension]``, as handed to ``projection``, a Linear or a Conv1D. The sum over heads, plus
    the projection's bias, is the projection's own output.
    Raises ShapeError when the projection takes another width.
    Source: Kobayashi et al. 2020, section 3, on values that are already mixed; Elhage et al. 2021, "attention heads are
    independent and additive".
    """
    return _array(torch.einsum("qhd,hdm->hqm", output, rows_of_heads(projection, *output.shape[1:])))


def value_norms(call: Call, projection: nn.Module) -> Float[Tensor, "batch head key"]:
    """The length of each key's value through each head's rows of W_O: float32 ``[batch, head, key]``.

    Heads of one key/value group share values, but not their rows of W_O.
    Raises ShapeError when the projection takes another width, or the call does not tell its values.
    Source: Kobayashi et al. 2020, section 3: ‖f(x)‖.
    """
    if call.value is None:
        raise ShapeError("This call has no values.")
    heads = call.pattern.shape[1]
    values = call.value.float().repeat_interleave(heads // call.value.shape[1], dim=1)
    through = rows_of_heads(projection, heads, values.shape[-1]).float()
    # W = R^T Q^T with orthonormal Q, so that R^T alone keeps every length: as many columns as a head has dimensions.
    lengths = torch.linalg.qr(through.transpose(1, 2), mode="r").R.transpose(1, 2)
    return (values @ lengths).norm(dim=-1)


def rows_of_heads(
    projection: nn.Module, heads: int, dimension: int
) -> Float[Tensor, "{heads} {dimension} model_dimension"]:
    """W_O as ``[head, dimension, model dimension]``."""
    # A Linear keeps its weight turned round, [out, in].
    weight = projection.weight if isinstance(projection, Conv1D) else projection.weight.T
    if not isinstance(weight, Tensor) or weight.shape[0] != heads * dimension:
        raise ShapeError(f"The output projection does not take {heads} heads of {dimension} dimensions.")
    return weight.reshape(heads, dimension, -1)


def _array(tensor: Shaped[Tensor, "*axes"]) -> Float[np.ndarray, "*axes"]:
    # A copy: a view would keep the whole batch alive, or change with the network's weights.
    return tensor.detach().float().cpu().numpy().copy()
