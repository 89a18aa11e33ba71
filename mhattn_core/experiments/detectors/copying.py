"""Whether what a head carries over from a token raises that token's own score."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mhattn_core.attention.values import rows_of_heads
from mhattn_core.experiments.direct_effect import reading_of
from mhattn_core.measures.detectors.masks import SPECIAL
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call


@dataclass(frozen=True, eq=False)
class Copying:
    """How far each token of a text is copied by each head that looks at it.

    directions: of each text, the scores' directions of its different tokens ``[text, dimension, word]``, less their
    mean, and through the gain of the last norm; own: which of them a token is, ``[text, token]``, −1 for special ones.
    """

    directions: Float[Tensor, "text dimension word"]
    own: Int[Tensor, "text token"]

    @classmethod
    def of(cls, model: Model, ids: Int[Tensor, "text token"], inputs: dict[str, Tensor]) -> "Copying | None":
        """ids: of texts with as many different tokens each. None for a model in which what a head adds does not reach
        the scores as a sum (see ``direct_effect``), or that does not tell its values.
        """
        if not model.attention.gives_value_norms or model.stacks != ("decoder",):
            return None
        read = reading_of(model, {name: of[:1, :8] for name, of in inputs.items()}, 0)
        if read is None:
            return None
        words, own = zip(*(torch.unique(text, return_inverse=True) for text in ids), strict=True)
        special = torch.tensor([bool((text == SPECIAL).any()) for text in ids]).long()
        words = tuple(of_text[of_text != SPECIAL] for of_text in words)
        rows = torch.from_numpy(read.unembedding)[torch.stack(words).cpu()]
        rows = (rows - rows.mean(dim=1, keepdim=True)) * torch.from_numpy(read.scale)
        if read.centred:
            rows = rows - rows.mean(dim=-1, keepdim=True)
        device = model.network.device
        placed = torch.stack(own) - special.to(device)[:, None]
        return cls(rows.transpose(1, 2).float().to(device), placed)

    def part(self, start: int, stop: int) -> "Copying":
        """Of some of the texts."""
        return Copying(self.directions[start:stop], self.own[start:stop])

    def shares(self, call: Call, projection: torch.nn.Module) -> Float[Tensor, "text head key"]:
        """Of what a head raises scores of the text's tokens when it looks at a key, above their mean, the share that
        goes to the key's own token; 0 to 1, by chance one in as many tokens.

        ``Δ(t | j) = (W_U[t] − mean W_U) · γ · (v_j W_O)``; ``max(Δ(x_j | j), 0) / Σ_t max(Δ(t | j), 0)``. What the last
        norm divides by is the same for all and falls out.
        Source: after Olsson et al. 2022, appendix, copying: the ratio and the tokens of the text are theirs, as is the
        direct path; that it is read at the keys that induction looks at is ours.
        """
        if call.value is None:
            raise ValueError("This call does not tell its values.")
        heads = call.pattern.shape[1]
        values = call.value.float().repeat_interleave(heads // call.value.shape[1], dim=1)
        through = rows_of_heads(projection, heads, values.shape[-1]).float()
        readout = torch.einsum("hdm,tmw->thdw", through, self.directions)
        raised = torch.einsum("thkd,thdw->thkw", values, readout).clamp(min=0)
        index = self.own.clamp(min=0)[:, None, :, None].expand(*raised.shape[:3], 1)
        own = raised.gather(3, index).squeeze(3)
        return own / raised.sum(dim=-1).clamp(min=torch.finfo(raised.dtype).tiny)
