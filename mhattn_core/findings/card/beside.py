"""Which head a page of one head opens on, and which stands beside it."""

import pandas as pd

from mhattn_core.heads import ModelHead, head_name
from mhattn_core.models.control_names import is_control


def name_of(one: ModelHead, heads: list[ModelHead], *, model: bool = True) -> str:
    """How a head is called in the address: with its stack unless that is the model's first."""
    first = next(other.stack for other in heads if other.model == one.model)
    stack = "" if one.stack == first else one.stack
    return head_name(*one.cell, stack=stack, model=one.model if model else "")


def most_to_say(known: pd.DataFrame) -> ModelHead:
    """Of heads with a counterpart, if any has one, that with the greatest gain; the very first where none has a role."""
    with_role = known[known["gain"].notna()]
    paired = with_role[with_role["partner"] != ""]
    best = paired if len(paired) else with_role
    return ModelHead.of_row(best.loc[best["gain"].idxmax()] if len(best) else known.iloc[0])


def head_beside(one: ModelHead, known: pd.DataFrame, names: dict[str, ModelHead]) -> str:
    """Its counterpart in another model, else the most similar head of its own, else the head of another model that has
    most to say, else any other.
    """
    own = known[[head == one for head in ModelHead.of_table(known)]]
    candidates = [name for row in own.itertuples() for name in (row.partner, f"{row.model} · {row.similar}")]
    elsewhere = known[(known["model"] != one.model) & ~known["model"].map(is_control)]
    if len(elsewhere):
        candidates.append(most_to_say(elsewhere).name)
    others = [name for name, head in names.items() if head != one]
    return next((name for name in candidates if name in names), (others or list(names))[0])
