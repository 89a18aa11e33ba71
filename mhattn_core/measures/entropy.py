"""How spread out a head's attention is."""

import numpy as np

from mhattn_core.errors import ShapeError

Array = np.ndarray


def row_entropy(pattern: Array) -> Array:
    """Entropy of each row over its keys, in nats; rows are renormalised here.

    Shapes: pattern ``[..., query, key]``, non-negative, rows summing to at most 1 (special mass is left out);
    the result ``[..., query]``. A row without any mass, or with NaN, gives NaN.
    Range: 0 (one key takes everything) to ln(number of keys).
    Source: Clark et al. 2019, section 3.3; natural logarithm.
    """
    total = pattern.sum(axis=-1, keepdims=True)
    share = np.divide(pattern, total, out=np.full_like(pattern, np.nan), where=total > 0)
    return -np.where(share > 0, share * np.log(np.where(share > 0, share, 1)), share).sum(axis=-1)


def normalised_row_entropy(pattern: Array, visible: Array) -> Array:
    """Entropy of each row over the most it could be, ln(number of visible keys).

    Shapes: pattern ``[..., query, key]``; visible bool ``[query, key]``; the result ``[..., query]``, NaN for rows
    with fewer than two visible keys. Range: 0 to 1. Lengths become comparable.
    Raises ShapeError when pattern and visible disagree.
    Source: entropy as Clark et al. 2019, section 3.3; the quotient is ours.
    """
    if pattern.shape[-2:] != visible.shape:
        raise ShapeError(f"pattern is {pattern.shape[-2:]} and visible is {visible.shape}")
    most = np.log(np.maximum(visible.sum(axis=-1), 1))
    return np.divide(row_entropy(pattern), most, out=np.full(pattern.shape[:-1], np.nan), where=most > 0)
