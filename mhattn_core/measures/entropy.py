"""How spread out a head's attention is: the one definition, for pages and for runs."""

import torch
from jaxtyping import Float, Real
from torch import Tensor

from mhattn_core.errors import ShapeError


def row_entropy(
    pattern: Float[Tensor, "*batch key"], mass: Float[Tensor, "*batch"] | None = None
) -> Float[Tensor, "*batch"]:
    """H = −Σ p ln p of each row, in nats, p the row's weights made to sum to 1.

    Shapes: pattern ``[..., key]``, non-negative, rows summing to at most 1 (special mass is left out); mass ``[...]``,
    the rows' sums where they are known; the result ``[...]``. A row without any mass, or with NaN, gives NaN.
    Range: 0 (one key takes everything) to ln(number of keys), to rounding.
    Raises ShapeError when pattern and mass disagree.
    Source: Clark et al. 2019, section 3.3; natural logarithm.
    """
    mass = pattern.sum(dim=-1) if mass is None else mass
    if mass.shape != pattern.shape[:-1]:
        raise ShapeError(f"pattern is {tuple(pattern.shape)} and mass is {tuple(mass.shape)}")
    # Σ α ln α over what a row holds: a weight of 0 adds 0, and not 0 · −∞.
    products = pattern.log().mul_(pattern).nansum(dim=-1)
    mass = mass.where(mass > 0, torch.nan)
    return mass.log() - products / mass


def normalised_row_entropy(
    entropy: Float[Tensor, "*batch"], choices: Real[Tensor, "*#batch"]
) -> Float[Tensor, "*batch"]:
    """H / ln n: a row's entropy over the most it could be; lengths become comparable.

    entropy: as ``row_entropy`` gives it. choices: n, how many keys each row may see, special ones left out as they are
    from the entropy; of a shape that broadcasts with it. NaN for rows with fewer than two, which have nothing to
    choose.
    Range: 0 (one key takes all that goes to words) to 1 (all get the same), to rounding.
    Source: entropy as Clark et al. 2019, section 3.3; the quotient is ours.
    """
    return (entropy / choices.clamp(min=2).log()).where(choices > 1, torch.nan)
