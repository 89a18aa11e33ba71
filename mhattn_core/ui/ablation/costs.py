"""What the text costs the model with and without some heads, in a sentence."""

from collections.abc import Sequence
from math import exp

from mhattn_core.attention import AttentionResult
from mhattn_core.attention.ablation import Ablation, Kind
from mhattn_core.experiments.ablation import PairLoss, pair_loss
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.ui.kept import kept

SAME = 0.0005
"""Differences below this are not said: they vanish in three decimals."""


def cost_sentence(seen: AttentionResult, off: Sequence[Head], kind: Kind) -> str:
    """The cost of the text as it stands with all heads and without these, in the model's own quantity and in plain
    words.
    """
    says = _("Running {name} …").format(name=escape(seen.model.name))

    def cost(heads: Sequence[Head]) -> PairLoss:
        ablate: Ablation = dict.fromkeys(heads, kind)
        return kept(
            "cost", seen, (frozenset(heads), kind), says, lambda _tell: pair_loss(seen.model, seen.pair, ablate)
        )

    intact, ablated = cost([]), cost(off)
    change = ablated.value - intact.value
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
            "With all heads on, the translation as given costs **{intact:.2f}** nats a token ({tokens} tokens to guess)."
        )
    else:
        given = _(
            "With all heads on, the translation that it writes itself costs **{intact:.2f}** nats a token ({tokens} tokens to guess)."
        )
    given = given.format(intact=intact.value, tokens=intact.n)
    if not off:
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
    return f"{given} {without} {means}"
