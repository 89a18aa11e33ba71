"""What the quantities that a missing head changes are called, and what they mean."""

from mhattn_core.locale import _
from mhattn_core.ui.words import Words


def quantity_words() -> dict[str, Words]:
    """By the quantity's name in tables."""
    return {
        "loss": Words(
            _("loss (nats per token)"),
            _(
                "The loss is the model's own surprise at the text, in nats for each token that it has to guess. 0.69 more means that each token has become half as likely. Below 0 the model does better without the head."
            ),
            change=_("loss added (nats per token)"),
        ),
        "divergence": Words(
            _("divergence (nats)"),
            _(
                "This model tells classes. Divergence is how far their probabilities move from those with all heads (Kullback–Leibler): 0 is not at all. It is never negative, and it does not say whether the change is for the worse."
            ),
            change=_("divergence (nats)"),
        ),
        "displacement": Words(
            _("displacement (1 − cosine)"),
            _(
                "This model has no language head and so no loss. Displacement is how far the sentence's vector turns: 0 not at all, 1 at a right angle. It is never negative, and it does not say whether the change is for the worse."
            ),
            change=_("displacement (1 − cosine)"),
        ),
        "retrieval": Words(
            _("retrieval loss (nats)"),
            _(
                "How hard it has become to find the second sentence of a pair among others by the vectors' cosine. Below 0 it has become easier."
            ),
            change=_("retrieval loss added (nats)"),
        ),
    }
