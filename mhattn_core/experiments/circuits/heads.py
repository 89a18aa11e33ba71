"""The heads of a model by their weights alone, between what they read of the stream and what they write to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from mhattn_core.errors import NotAvailable
from mhattn_core.experiments.circuits.stream import Stream, stream_of
from mhattn_core.experiments.circuits.weights import HeadMatrices, Matrices, head_matrices
from mhattn_core.experiments.residual import Norm
from mhattn_core.locale import _
from mhattn_core.measures.circuits.composition import left_factor, right_factor
from mhattn_core.models.model import Model

Written = Float[Tensor, "head dimension model_dimension"]


@dataclass(frozen=True, eq=False)
class Circuits:
    """A model's heads by their weights, and the stream between them."""

    model: Model
    stream: Stream
    layers: Sequence[HeadMatrices]

    @classmethod
    def of(cls, model: Model) -> "Circuits":
        """Raises NotAvailable as ``stream_of``."""
        stream = stream_of(model)
        return cls(model, stream, head_matrices(model, model.stacks[0]))

    def layer(self, number: int) -> HeadMatrices:
        """The layer of that number. Raises NotAvailable where its matrices are not known."""
        for layer in self.layers:
            if layer.layer == number:
                return layer
        raise no_matrix()

    def writes(self, layer: HeadMatrices) -> Written | None:
        """``left_factor`` of what each head writes of what stands in the stream; None where that is not one matrix."""
        if layer.value is None or layer.output is None:
            return None
        return left_factor(self._folded(layer, layer.value), layer.output)

    def reads(self, layer: HeadMatrices) -> Mapping[str, Matrices | None]:
        """``right_factor`` of what each head's queries, keys and values read of the stream, by these names: for the
        queries W_Q W_Kᵀ, for the keys W_K W_Qᵀ, for the values W_V W_O.
        """
        query, key, value = (
            None if matrices is None else self._folded(layer, matrices)
            for matrices in (layer.query, layer.key, layer.value)
        )
        found: dict[str, Matrices | None] = {"query": None, "key": None, "value": None}
        if query is not None and key is not None:
            found["query"] = right_factor(query, key.transpose(1, 2))
            found["key"] = right_factor(key, query.transpose(1, 2))
        if value is not None and layer.output is not None:
            found["value"] = right_factor(value, layer.output)
        return found

    def _folded(self, layer: HeadMatrices, matrices: Matrices) -> Matrices:
        """Of what stands in the stream: through the norm, but for its scale."""
        norm = self.stream.reads[layer.layer]
        return matrices if norm is None else _through(norm, matrices)

    def core(self, layer: HeadMatrices, turned: Tensor | None = None) -> Float[Tensor, "head dimension dimension"]:
        """W_O W_U W_E W_V of each head, see ``copying_score``; turned: a rotation between what it writes and W_U.

        Raises NotAvailable where there are no scores of tokens, and for heads whose W_V or W_O is not one matrix.
        """
        value, output = ov_of(layer)
        last = self.stream.last
        self.stream.require_scores()
        written = output if turned is None else output @ turned
        written = written if last is None else last.without_scale(written.double()).float()
        return written @ self.stream.through_tokens(layer.layer) @ value


def ov_of(layer: HeadMatrices) -> tuple[Matrices, Written]:
    """W_V and W_O. Raises NotAvailable where one of them is not one matrix."""
    if layer.value is None or layer.output is None:
        raise no_matrix()
    return layer.value, layer.output


def no_matrix() -> NotAvailable:
    """What is said of heads whose weights are no one matrix."""
    return NotAvailable(
        _(
            "What these heads carry is not a single linear map of what they read: it is normalised, gated or chosen on the way."
        ),
        _("Choose a model whose queries, keys and values are plain projections, such as smollm2."),
    )


def _through(norm: Norm, matrices: Matrices) -> Matrices:
    weighted = norm.weight.float()[:, None] * matrices
    return weighted - weighted.mean(dim=-2, keepdim=True) if norm.centred else weighted
