"""What every head writes for one word of each text."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True, eq=False)
class WordOutputs:
    """One stack: float32 ``outputs [head, text, dimension]``, mean over the word's pieces, before the projection; heads
    layer by layer.

    ``texts``: the number of each among those that were given; ``words [text, 2]``: sentence (0, 1) and place there of
    its word.
    ``projections [layer]``: W_O as ``[head, dimension, model dimension]``; ``layers``: the numbers of these layers.
    """

    outputs: Float[Tensor, "head text dimension"]
    texts: Int[np.ndarray, " text"]
    words: Int[np.ndarray, "text 2"]
    projections: tuple[Float[Tensor, "layer_head dimension model_dimension"], ...]
    layers: tuple[int, ...]

    def words_of(self) -> dict[int, tuple[int, int]]:
        """The word of each text."""
        return {int(text): (int(side), int(place)) for text, (side, place) in zip(self.texts, self.words, strict=True)}

    def written(self) -> Float[Tensor, "head text model_dimension"]:
        """What the heads add to the layer's output: ``[head, text, model dimension]``."""
        return torch.einsum("hnd,hdm->hnm", self.outputs, torch.cat(self.projections))

    def as_written(self) -> Float[Tensor, "head text features"]:
        """Features ``[head, text, dimension]`` whose inner products are those of ``written``, in fewer dimensions; each
        head has axes of its own.
        """
        inner = torch.cat([part.double() @ part.double().transpose(1, 2) for part in self.projections])
        values, vectors = torch.linalg.eigh(inner)
        roots = vectors * values.clamp(min=0).sqrt()[:, None]
        return torch.einsum("hnd,hde->hne", self.outputs, roots.float())
