"""How much of what one head writes another reads: composition scores."""

import torch
from jaxtyping import Float
from torch import Tensor


def left_factor(
    first: Float[Tensor, "head model_dimension dimension"], second: Float[Tensor, "head dimension model_dimension"]
) -> Float[Tensor, "head dimension model_dimension"]:
    """A matrix that stands for the product of both, on the left of any other, as long as only lengths are asked for:
    ``‖first · second · X‖ = ‖left_factor · X‖`` for every X.
    """
    return torch.linalg.qr(first, mode="r").R @ second


def right_factor(
    first: Float[Tensor, "head model_dimension dimension"], second: Float[Tensor, "head dimension model_dimension"]
) -> Float[Tensor, "head model_dimension dimension"]:
    """The same on the right: ``‖X · first · second‖ = ‖X · right_factor‖`` for every X."""
    return first @ torch.linalg.qr(second.transpose(-2, -1), mode="r").R.transpose(-2, -1)


def composition_scores(
    writes: Float[Tensor, "writer dimension model_dimension"], reads: Float[Tensor, "reader model_dimension width"]
) -> Float[Tensor, "writer reader"]:
    """``‖W R‖ / (‖W‖ ‖R‖)`` in Frobenius norms, W what one head writes, R what another reads, as ``left_factor`` and
    ``right_factor`` give them.

    Range: 0 (what is written lies beside all that is read) to 1 (both of one direction, the same). The root mean square
    over all rotations of one against the other is 1/√d, d the model's dimensions, whatever their ranks. NaN for a head
    that writes or reads nothing. Source: Elhage et al. 2021, "composition"; they take the random score off.
    """
    # One product of two matrices: einsum would multiply head by head.
    together = writes.flatten(0, 1) @ reads.transpose(0, 1).flatten(1)
    both = torch.linalg.vector_norm(together.view(*writes.shape[:2], len(reads), -1), dim=(1, 3))
    lengths = torch.linalg.vector_norm(writes, dim=(1, 2))[:, None] * torch.linalg.vector_norm(reads, dim=(1, 2))
    return torch.where(lengths > 0, both / lengths, torch.nan)


def rotation(size: int, seed: int) -> Float[Tensor, "{size} {size}"]:
    """A rotation drawn from all with equal chance (Haar), float64."""
    drawn = torch.randn(size, size, generator=torch.Generator().manual_seed(seed), dtype=torch.double)
    turned, upper = torch.linalg.qr(drawn)
    return turned * upper.diagonal().sign()
