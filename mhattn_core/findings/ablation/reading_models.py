"""What changes in a model that only reads: its guesses for hidden words, its classes, the sentences that lie nearest."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float

from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _

LISTED = 5


def guesses_table(intact: pd.DataFrame, ablated: pd.DataFrame) -> pd.DataFrame:
    """word, guess, without, changed, probability, probability_without; from ``masked_words`` with and without heads."""
    return intact.assign(
        without=ablated["guess"],
        probability_without=ablated["probability"],
        changed=intact["guess"] != ablated["guess"],
    )[["word", "guess", "without", "changed", "probability", "probability_without"]]


def guesses_titles() -> dict[str, str]:
    """What the columns of ``guesses_table`` are called."""
    return {
        "guess": _("guess, all heads on"),
        "without": _("guess without"),
        "changed": _("changed"),
        "probability": _("probability of the word"),
        "probability_without": _("the same without"),
    }


def classes_sentence(intact: pd.DataFrame, ablated: pd.DataFrame) -> str:
    """Which class is the likeliest with and without heads, in Markdown; from ``class_probabilities`` with and without."""
    before, after = (one.loc[one["probability"].idxmax()] for one in (intact, ablated))
    if before["class"] == after["class"]:
        return _("**{name}** stays the likeliest class: {before:.1%} with all heads, {after:.1%} without.").format(
            name=escape(str(before["class"])), before=before["probability"], after=after["probability"]
        )
    return _("**{name}** ({before:.1%}) gives way to **{other}** ({after:.1%}).").format(
        name=escape(str(before["class"])),
        before=before["probability"],
        other=escape(str(after["class"])),
        after=after["probability"],
    )


def classes_table(intact: pd.DataFrame, ablated: pd.DataFrame) -> pd.DataFrame:
    """A row a class, with its probability with and without heads; columns are named for people."""
    return pd.DataFrame(
        {_("class"): intact["class"], _("probability"): intact["probability"], _("without"): ablated["probability"]}
    ).round(3)


def nearest_table(
    sentences: Sequence[str],
    intact: Float[np.ndarray, " sentence"],
    ablated: Float[np.ndarray, " sentence"],
) -> pd.DataFrame:
    """The five nearest by either cosine: sentence, rank, rank_without, cosine, cosine_without, the nearest first."""
    rank, rank_without = (
        np.argsort(-cosines, kind="stable").argsort(kind="stable") + 1 for cosines in (intact, ablated)
    )
    table = pd.DataFrame(
        {
            "sentence": list(sentences),
            "rank": rank,
            "rank_without": rank_without,
            "cosine": intact,
            "cosine_without": ablated,
        }
    )
    return table[(table["rank"] <= LISTED) | (table["rank_without"] <= LISTED)].sort_values("rank", ignore_index=True)


def nearest_titles() -> dict[str, str]:
    """What the columns of ``nearest_table`` are called."""
    return {
        "rank": _("place"),
        "rank_without": _("place without"),
        "cosine": _("cosine"),
        "cosine_without": _("cosine without"),
    }
