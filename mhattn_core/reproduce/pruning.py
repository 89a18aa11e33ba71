"""How many heads of a classifier can be removed before it gets worse."""

from collections.abc import Mapping, Sequence

import numpy as np

from mhattn_core.attention.objectives import asked_of
from mhattn_core.errors import Problem
from mhattn_core.experiments.ablation.texts import ablation_texts
from mhattn_core.experiments.ablation.trials import Trials
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.measures.ablation.agreement import lost_answers
from mhattn_core.measures.ablation.quantities import harm
from mhattn_core.measures.statistics import FEWEST_FOR_INTERVAL
from mhattn_core.models.model import Model
from mhattn_core.text.reading import PairRecord

STEPS = 10
SHARE = "heads that can be removed"


def prunable_share(model: Model, records: Sequence[PairRecord]) -> Mapping[str, float]:
    """The largest of the shares 0, .1, .2 … of heads that can be set to zero together, the least important first, so
    that at it and at every smaller share the interval of the lost accuracy holds 0.

    Importance: of each head by its gradient, over the root of the sum of squares of its layer's. Raises Problem for a
    model that is no classifier, or labels that are none of its classes.
    Source: Michel et al. 2019, section 4; the criterion is ours.
    """
    if asked_of(model) != "class":
        raise Problem(
            _("“{name}” is not a classifier.").format(name=model.name),
            _("Name a classifier whose classes are the labels of the data with --model."),
        )
    texts = ablation_texts(model, records)
    trials = Trials(model, [text.pair for text in texts], labels=[text.label for text in texts])
    if "accuracy" not in trials.counts:
        raise Problem(
            _("None of the labels is a class of “{name}”.").format(name=model.name),
            _("Name a classifier whose classes are the labels of the data with --model."),
        )
    order, counted = least_important_first(trials), np.flatnonzero(trials.counts["accuracy"])
    units = [texts[place].unit for place in counted.tolist()]
    sets = [order[: round(len(order) * step / STEPS)] for step in range(1, STEPS + 1)]
    totals = trials.totals([dict.fromkeys(heads, "zero") for heads in sets])["accuracy"]
    if len(set(units)) < FEWEST_FOR_INTERVAL:
        raise Problem(
            _("Only {texts} texts with a label can be read: too few for an interval.").format(texts=len(set(units))),
            _("Give at least {texts} with --data FILE.").format(texts=FEWEST_FOR_INTERVAL),
        )
    low, _high = lost_answers(harm("accuracy", totals, trials.intact["accuracy"])[:, counted], units)
    worse = np.flatnonzero(low > 0)
    return {SHARE: float((worse[0] if len(worse) else STEPS) / STEPS)}


def least_important_first(trials: Trials) -> list[Head]:
    """All heads, by ``Trials.importance`` normalised in each layer."""
    mean = {head: float(np.mean(of_texts)) for head, of_texts in trials.importance.items()}
    squares: dict[tuple[str, int], float] = {}
    for (stack, layer, _number), value in mean.items():
        squares[stack, layer] = squares.get((stack, layer), 0.0) + value**2
    return sorted(mean, key=lambda head: mean[head] / max(squares[head[:2]] ** 0.5, 1e-30))
