"""The effect of heads that are off in any quantity, so that above 0 is worse in each."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Real

from mhattn_core.measures.ablation.agreement import changed_answers_p, lost_answers
from mhattn_core.measures.ablation.effects import effects
from mhattn_core.measures.ablation.quantities import FALLING, covers, harm


def effects_of(
    quantity: str,
    ablated: Real[np.ndarray, "variant text"],
    intact: Real[np.ndarray, " text"],
    counts: Real[np.ndarray, " text"],
    units: Sequence[str] | None = None,
) -> pd.DataFrame:
    """``effects`` with a delta that is above 0 where the model does worse.

    Of an accuracy, most answers to which do not change, interval and p are those of ``agreement``. No p of a quantity
    that cannot fall, such as a displacement: any head that is off moves it.
    """
    rows = effects(ablated, intact, counts, units)
    if quantity in FALLING:
        rows = rows.assign(delta=-rows["delta"], low=-rows["high"], high=-rows["low"])
    if quantity == "accuracy" and units is not None:
        counted = np.flatnonzero(counts > 0)
        lost, own = harm(quantity, ablated, intact)[:, counted], [units[place] for place in counted.tolist()]
        low, high = lost_answers(lost, own)
        rows = rows.assign(low=low, high=high, p=changed_answers_p(lost, own))
    return rows if covers(quantity) else rows.assign(p=np.nan)
