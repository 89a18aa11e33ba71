"""What a text costs a model with and without some heads, in a sentence."""

from math import exp
from typing import TYPE_CHECKING

from mhattn_core.digits import with_minus
from mhattn_core.locale import _, close_up

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult
    from mhattn_core.experiments.ablation.pair import PairLoss

SAME = 0.0005
"""Differences below this are not said: they vanish in three decimals."""


def cost_sentence(seen: "AttentionResult", intact: "PairLoss", ablated: "PairLoss | None") -> str:
    """The cost of the text as it stands with all heads and, where any is off, without these, in the model's own
    quantity and in plain words.
    """
    change = ablated.value - intact.value if ablated else 0.0
    if intact.quantity == "displacement":
        return _(
            "The sentence's vector turns by **{change:.3f}** (1 − cosine; 0 is not at all, 1 a right angle)."
        ).format(change=change)
    if intact.quantity == "divergence":
        return _(
            "The classes' probabilities move by **{change:.3f}** nats (KL divergence from those with all heads)."
        ).format(change=change)
    if "cross" not in seen.stacks:
        given = _(
            "With all heads on, the text as given costs **{intact:.2f}** nats a token ({tokens} tokens to guess)."
        )
    elif seen.pair.b:
        given = _(
            "With all heads on, the translation as given costs **{intact:.2f}** nats a token ({tokens} tokens to "
            "guess)."
        )
    else:
        given = _(
            "With all heads on, the translation that it writes itself costs **{intact:.2f}** nats a token ({tokens} "
            "tokens to guess)."
        )
    given = given.format(intact=intact.value, tokens=intact.n)
    if ablated is None:
        return given
    without = _("Without these heads it costs **{ablated:.2f}** ({change:+.3f}):").format(
        ablated=ablated.value, change=change
    )
    if abs(change) < SAME:
        means = _("no difference.")
    elif change > 0:
        means = _("on average each token has become {times:.2f} times less likely.").format(times=exp(change))
    else:
        means = _(
            "on average each token has become {times:.2f} times likelier; here the model does better without them."
        ).format(times=exp(-change))
    return close_up(with_minus(f"{given} {without} {means}"))
