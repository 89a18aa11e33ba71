"""Every measure of every head, a row a head."""

import pandas as pd

from mhattn_core.heads import HEAD_COLUMNS, head_names


def wide_table(heads: pd.DataFrame, measure: str) -> pd.DataFrame:
    """model, stack, name, the measure with low, high and n where they are known, then the other measures."""
    values = heads.pivot(index=HEAD_COLUMNS, columns="measure", values="value").dropna(axis=1, how="all")
    values = values[[name for name in heads["measure"].unique() if name in values]]
    chosen = heads[heads["measure"] == measure].set_index(HEAD_COLUMNS)[["value", "low", "high", "n"]]
    if chosen["low"].isna().all():
        chosen = chosen[["value"]]
    wide = chosen.rename(columns={"value": measure}).join(values.drop(columns=measure)).reset_index()
    wide.insert(2, "name", head_names(wide))
    return wide.drop(columns=["layer", "head"])
