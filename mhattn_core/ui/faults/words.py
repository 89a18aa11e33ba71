"""What the quantities that a missing head changes are called, and what they mean."""

from dataclasses import dataclass

from mhattn_core.locale import _


@dataclass(frozen=True)
class QuantityWords:
    """title: with its unit, for axes; change: the same for a difference; says: what it is and how to read it."""

    title: str
    change: str
    says: str


def quantity_words() -> dict[str, QuantityWords]:
    """By the quantity's name in tables."""
    return {
        "loss": QuantityWords(
            _("loss (nats per token)"),
            _("loss added (nats per token)"),
            _(
                "The loss is the model's own surprise at the text, in nats for each token that it has to guess. 0.69 more means that each token has become half as likely. Below 0 the model does better without the head."
            ),
        ),
        "divergence": QuantityWords(
            _("divergence (nats)"),
            _("divergence (nats)"),
            _(
                "This model tells classes. Divergence is how far their probabilities move from those with all heads (Kullback–Leibler): 0 is not at all. It is never negative, and it does not say whether the change is for the worse."
            ),
        ),
        "displacement": QuantityWords(
            _("displacement (1 − cosine)"),
            _("displacement (1 − cosine)"),
            _(
                "This model has no language head and so no loss. Displacement is how far the sentence's vector turns: 0 not at all, 1 at a right angle. It is never negative, and it does not say whether the change is for the worse."
            ),
        ),
        "retrieval": QuantityWords(
            _("retrieval loss (nats)"),
            _("retrieval loss added (nats)"),
            _(
                "How hard it has become to find the second sentence of a pair among others by the vectors' cosine. Below 0 it has become easier."
            ),
        ),
    }
