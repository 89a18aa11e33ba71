"""Two heads of one model: chosen, and seen side by side."""

from contextlib import suppress

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.ui.choices import choose_or_leave
from mhattn_core.ui.head_panel import head_panel
from mhattn_core.ui.redundancy.data import DISTANCES, Redundancy, redundancy

FIRST, SECOND = "head", "other"
"""State keys, and parameters of the address."""


def choose_two(found: Redundancy) -> tuple[int, int]:
    """Places (by layer and head) of the two heads that a person chose or clicked; else the nearest two, or the nearest
    to the one.
    """
    names, square = found.names, _without_diagonal(found.here)
    first = _select(FIRST, _("Head"), _("One of the nearest two: {name}"), names, int(square.min(axis=1).argmin()))
    second = _select(SECOND, _("Other head"), _("The nearest to it: {name}"), names, int(square[first].argmin()))
    return first, second


def _select(key: str, label: str, automatic: str, names: list[str], default: int) -> int:
    told = automatic.format(name=names[default])
    name = choose_or_leave(label, names, told, key=key, help_text=_("The same as a click in the matrix."))
    return default if name is None else names.index(name)


def _without_diagonal(square: pd.DataFrame) -> np.ndarray:
    distances = square.to_numpy().copy()
    np.fill_diagonal(distances, np.inf)
    return distances


def two_distances(found: Redundancy, chosen: tuple[int, int]) -> None:
    """How far the two are apart, here and on random words, by every distance."""
    first, second = chosen
    if first == second:
        st.info(_("Both are {name}. Choose another head on one side.").format(name=found.names[first]))
        return
    distances = _all_distances(found, *chosen)
    st.markdown(f"{_verdict(found, *chosen)} {_disagreeing(found, distances)}")
    st.dataframe(
        distances[["title", "distance", "noise"]],
        hide_index=True,
        column_config={
            "title": st.column_config.TextColumn(_("distance"), width=150),
            "distance": st.column_config.NumberColumn(_("on these words"), format="%.3f", width=102),
            "noise": st.column_config.TextColumn(_("on random words (draws)"), width=133),
        },
    )


def two_heads(found: Redundancy, chosen: tuple[int, int]) -> None:
    """Both in full, side by side."""
    for place, (head, column) in enumerate(zip(chosen, st.columns(2), strict=True)):
        with column:
            model, stack, layer, number = found.here.index[head]
            one = ModelHead(model, stack, int(layer), int(number))
            st.markdown(f"**{escape(one.name)}**")
            head_panel(found.seen, one.within, place, units="words", same_scale=False)


def row_of(pairs: pd.DataFrame, square: pd.DataFrame, first: int, second: int) -> pd.Series:
    """The row of ``head_pairs`` about two heads, given by their places in the square table."""
    ends = sorted((first, second))
    keys = [key for place in ends for key in square.index[place][2:]]
    columns = ["layer_a", "head_a", "layer_b", "head_b"]
    return pairs[(pairs[columns] == keys).all(axis=1)].iloc[0]


def _verdict(found: Redundancy, first: int, second: int) -> str:
    row = row_of(found.pairs, found.here, first, second)
    if row["redundant"] and row["on_noise"]:
        said = _(
            "They are redundant, and as near on random words: **similar on noise too, which does not need language.**"
        )
    elif row["redundant"]:
        said = _("They are redundant on these words, and on random words they are not.")
    elif row["on_noise"]:
        said = _(
            "They are not redundant, and no farther apart on random words: how near they are does not need language."
        )
    else:
        said = _("They are not redundant, and on random words they are farther apart still.")
    if found.measured.shared[first, second]:
        said += " " + _("They share their keys and values.")
    return said


def _disagreeing(found: Redundancy, distances: pd.DataFrame) -> str:
    """A sentence that names the distances by which two heads that are redundant by one are not."""
    redundant = distances.set_index("by")["redundant"]
    if not redundant.get(found.by) or redundant.all():
        return ""
    others = [quantity(by).distance_axis for by in redundant.index[~redundant]]
    return escape(
        _("That is by {title}; not by {others}.").format(
            title=quantity(found.by).distance_axis, others=", ".join(others)
        )
    )


def _all_distances(found: Redundancy, first: int, second: int) -> pd.DataFrame:
    """A row for each distance that both heads have."""
    heads = {found.here.index[place] for place in (first, second)}
    rows = []
    for by in DISTANCES:
        with suppress(Problem):  # told when that distance is chosen
            other = redundancy(found.seen, found.stack, by, found.run)
            if heads <= set(other.here.index):
                row = row_of(other.pairs, other.here, *(other.here.index.get_loc(head) for head in heads))
                ends = (
                    f" ({row['noise_low']:.3f}–{row['noise_high']:.3f})" if row["noise_low"] < row["noise_high"] else ""
                )
                noise = f"{row['noise']:.3f}{ends}"
                rows.append(
                    {
                        "by": by,
                        "title": quantity(by).distance_axis,
                        "distance": row["distance"],
                        "noise": noise,
                        "redundant": bool(row["redundant"]),
                    }
                )
    return pd.DataFrame(rows)
