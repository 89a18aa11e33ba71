"""What interventions add to the table of relations: which pattern specialists are specialists."""

from dataclasses import fields

import pandas as pd

from mhattn_core.measures.roles.verdicts import FALSE_DISCOVERIES, UNKNOWN, Causes, VerdictInput, verdict

KEYS = ["model", "relation", "stack", "layer", "head"]


def with_causes(
    relations: pd.DataFrame, *, minimal_pairs: pd.DataFrame | None = None, knockouts: pd.DataFrame | None = None
) -> pd.DataFrame:
    """``relations.parquet`` with what interventions have shown: the pattern specialists among it become specialists, or
    are said to have no effect that was seen.

    minimal_pairs: rows with model, relation, stack, layer, head and hurts. knockouts: rows of ``knockouts.parquet``,
    which know the direction, too. Of a head and relation without any nothing changes.
    """
    hurts = {} if minimal_pairs is None else minimal_pairs.set_index(KEYS)["hurts"].to_dict()
    needed = {} if knockouts is None else edges_needed(knockouts)
    changed = relations.copy()
    for place, row in relations[relations["verdict"] == "pattern specialist"].iterrows():
        key = tuple(row[KEYS])
        causes = Causes(needed.get((*key, row["direction"])), hurts.get(key))
        if causes != UNKNOWN:
            measured = VerdictInput(**{field.name: row[field.name] for field in fields(VerdictInput)})
            changed.loc[place, ["verdict", "reason"]] = verdict(measured, causes)
    return changed


def edges_needed(knockouts: pd.DataFrame) -> dict[tuple[object, ...], bool]:
    """By model, relation, stack, layer, head and direction whether the relation's edges are worth more than others at
    equal weight: an interval above 0, and q at most 0.05. Not told are too few texts for an interval, and models without
    words to get wrong: that a vector turns is no harm.
    """
    told = knockouts[(knockouts["kind"] == "knockout") & (knockouts["quantity"] == "loss")].dropna(subset=["q"])
    needed = (told["specific_low"] > 0) & (told["q"] <= FALSE_DISCOVERIES)
    return dict(zip(told[[*KEYS, "direction"]].itertuples(index=False, name=None), needed.tolist(), strict=True))
