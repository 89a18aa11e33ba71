"""Two heads of a stack by every distance."""

from collections.abc import Mapping

import pandas as pd

from mhattn_core.findings.markdown import escape
from mhattn_core.findings.redundancy.stack import Redundancy
from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import quantity
from mhattn_core.measures.redundancy.head_distances import By


def by_every_distance(stacks: Mapping[By, Redundancy], heads: set[tuple[str, str, int, int]]) -> pd.DataFrame:
    """A row for each distance that both heads have: by, title, distance, noise (with its ends), redundant."""
    rows = []
    for by, one in stacks.items():
        if heads <= set(one.here.index):
            row = row_of(one.pairs, one.here, *(one.here.index.get_loc(head) for head in heads))
            ends = f" ({row['noise_low']:.3f}–{row['noise_high']:.3f})" if row["noise_low"] < row["noise_high"] else ""
            rows.append(
                {
                    "by": by,
                    "title": quantity(by).distance_axis,
                    "distance": row["distance"],
                    "noise": f"{row['noise']:.3f}{ends}",
                    "redundant": bool(row["redundant"]),
                }
            )
    return pd.DataFrame(rows)


def row_of(pairs: pd.DataFrame, square: pd.DataFrame, first: int, second: int) -> pd.Series:
    """The row of ``head_pairs`` about two heads, given by their places in the square table."""
    ends = sorted((first, second))
    keys = [key for place in ends for key in square.index[place][2:]]
    columns = ["layer_a", "head_a", "layer_b", "head_b"]
    return pairs[(pairs[columns] == keys).all(axis=1)].iloc[0]


def verdict(found: Redundancy, first: int, second: int) -> str:
    """What the numbers of two heads say, in Markdown."""
    row = row_of(found.pairs, found.here, first, second)
    if row["redundant"] and row["on_noise"]:
        message = _(
            "They are redundant, and as near on random words: **similar on noise too, which does not need language.**"
        )
    elif row["redundant"]:
        message = _("They are redundant on these words, and on random words they are not.")
    elif row["on_noise"]:
        message = _(
            "They are not redundant, and no farther apart on random words: how near they are does not need language."
        )
    else:
        message = _("They are not redundant, and on random words they are farther apart still.")
    if found.measured.shared[first, second]:
        message += " " + _("They share their keys and values.")
    return message


def disagreeing(found: Redundancy, distances: pd.DataFrame) -> str:
    """A sentence that names the distances by which two heads that are redundant by one are not."""
    redundant = distances.set_index("by")["redundant"]
    if not redundant.get(found.by) or redundant.all():
        return ""
    others = [quantity(by).distance_axis for by in redundant.index[~redundant]]
    return escape(
        _("That is by {title}; not by {others}.").format(title=quantity(found.by).distance_axis, others=listed(others))
    )
