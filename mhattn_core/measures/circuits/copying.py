"""Whether a head raises the score of the very token that it looks at: the eigenvalues of its OV circuit."""

import torch
from jaxtyping import Float
from torch import Tensor


def copying_score(core: Float[Tensor, "*head dimension dimension"]) -> Float[Tensor, "*head"]:
    """Σλ / Σ|λ| over the eigenvalues of the OV circuit.

    The circuit from a token that is looked at to the scores of tokens, W_E W_V W_O W_U, is a matrix of the size of the
    vocabulary whose rank is the head's width at most: with A = W_E W_V and B = W_O W_U the eigenvalues of AB that are
    not 0 are those of BA, the ``core``, ``[head, dimension, dimension]``.
    Range: −1 (every direction turned round: the token looked at becomes less likely) to 1 (every direction copied); about
    0 for a circuit that has nothing to do with copying. NaN for one that does nothing.
    Source: Elhage et al. 2021, "copying".
    """
    sizes = torch.linalg.eigvals(core.double()).abs().sum(dim=-1)
    trace = core.double().diagonal(dim1=-2, dim2=-1).sum(dim=-1)
    return torch.where(sizes > 0, trace / sizes, torch.nan)
