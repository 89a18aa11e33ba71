"""Which two heads the page shows; the address says so: ``?model=smollm2&head=L10+H1&with=minilm · L2 H10``."""

import pandas as pd
import streamlit as st

from mhattn_core.heads import ModelHead, head_name
from mhattn_core.locale import _
from mhattn_core.models.control_names import is_control
from mhattn_core.runs.run import Run
from mhattn_core.ui.choices import choose
from mhattn_core.ui.names import known_names

MODEL, HEAD, WITH = "model", "head", "with"
"""Parameters of the address."""
BY_ONE_NAME = "of"
"""What links of before said: ``minilm · L2 H10``."""


def choose_heads(run: Run, known: pd.DataFrame) -> tuple[ModelHead, ModelHead]:
    """The head, by default one that has a counterpart and the most to say, and the one beside it: its counterpart, the
    most similar one, or any. known: rows of ``head_overview``.
    """
    heads = ModelHead.of_table(run.attending)
    names = {name_of(one, heads): one for one in heads}
    _read_old_link(names)
    model_box, head_box, other_box = st.columns([2, 2, 3])
    with model_box:
        models = {one.model: known_names().name(one.model) for one in heads}
        model = choose(_("Model"), models, key=MODEL, default=_most_to_say(known).model)
    own = {name_of(one, heads, model=False): one for one in heads if one.model == model}
    with head_box:
        first = name_of(_most_to_say(known[known["model"] == model]), heads, model=False)
        one = own[choose(_("Head"), {name: name for name in own}, key=HEAD, default=first)]
    with other_box:
        beside = _beside(one, known, names)
        other = choose(_("Beside it"), {name: known_names().name(name) for name in names}, key=WITH, default=beside)
    return one, names[other]


def name_of(one: ModelHead, heads: list[ModelHead], *, model: bool = True) -> str:
    """How a head is called in the address: with its stack unless that is the model's first."""
    first = next(other.stack for other in heads if other.model == one.model)
    stack = "" if one.stack == first else one.stack
    return head_name(*one.cell, stack=stack, model=one.model if model else "")


def _read_old_link(names: dict[str, ModelHead]) -> None:
    one = names.get(st.query_params.get(BY_ONE_NAME, ""))
    if one and MODEL not in st.query_params:
        st.query_params[MODEL], st.query_params[HEAD] = one.model, one.within.name
    st.query_params.pop(BY_ONE_NAME, None)


def _most_to_say(known: pd.DataFrame) -> ModelHead:
    """Of heads with a counterpart, if any has one, that with the greatest gain; the very first where none has a role."""
    with_role = known[known["gain"].notna()]
    paired = with_role[with_role["partner"] != ""]
    best = paired if len(paired) else with_role
    return ModelHead.of_row(best.loc[best["gain"].idxmax()] if len(best) else known.iloc[0])


def _beside(one: ModelHead, known: pd.DataFrame, names: dict[str, ModelHead]) -> str:
    """Its counterpart in another model, else the most similar head of its own, else the head of another model that has
    most to say, else any other.
    """
    own = known[[head == one for head in ModelHead.of_table(known)]]
    candidates = [name for row in own.itertuples() for name in (row.partner, f"{row.model} · {row.similar}")]
    elsewhere = known[(known["model"] != one.model) & ~known["model"].map(is_control)]
    if len(elsewhere):
        candidates.append(_most_to_say(elsewhere).name)
    others = [name for name, head in names.items() if head != one]
    return next((name for name in candidates if name in names), (others or list(names))[0])
