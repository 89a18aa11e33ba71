"""How many directions a head's scores use, and which of its dimensions tell keys apart."""

from functools import partial

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.head_internals.inside import Inside
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.inside.score_decomposition import centred_scores, dimension_shares, effective_rank

HALF = 0.5


def shares_of_dimensions(inside: Inside) -> Finding:
    """Which share of what tells keys apart each dimension carries. Raises NotAvailable where no two keys differ."""
    shares = dimension_shares(inside.values)
    if np.isnan(shares).any():
        raise NotAvailable(
            _("No two keys of any query differ in their score here, so no dimension tells them apart."),
            _("Choose a longer sentence."),
        )
    order = np.argsort(-shares)
    table = pd.DataFrame({"dimension": order, "share": shares[order]})
    half = int(np.searchsorted(np.cumsum(shares[order]), HALF)) + 1
    said = _(
        "{half} of {dimensions} dimensions carry half of what tells keys apart in this head; dimension {first} alone "
        "{most:.0%} (all alike would be {even:.0%} each)."
    ).format(half=half, dimensions=len(shares), first=order[0], most=shares[order[0]], even=1 / len(shares))
    return Finding(
        "shares_of_dimensions",
        said,
        table,
        partial(charts.shares, table, even=1 / len(shares)),
        _(
            "A share is the covariance of one dimension's products with the scores, over the keys that each query "
            "sees; the shares sum to 1, and one below 0 works against the others. One pair: an example."
        ),
        1,
        inside.source,
        inside.code(
            "dimension_shares(values)", "from mhattn_core.measures.inside.score_decomposition import dimension_shares"
        ),
        fed=inside.fed,
    )


def rank_sentence(inside: Inside) -> str:
    """How many directions the scores use, in whatever basis."""
    scores = inside.values.query @ inside.values.key.T
    return _(
        "Effective rank of QKᵀ on this sentence: **{rank:.1f}** of at most {most}; without what each query gives to "
        "all keys alike, which the softmax does not notice, **{centred:.1f}**."
    ).format(
        rank=effective_rank(scores),
        most=min(*scores.shape, inside.values.query.shape[1]),
        centred=effective_rank(centred_scores(inside.values)),
    )
