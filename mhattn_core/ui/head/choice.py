"""Which two heads the page shows; the address says so: ``?model=smollm2&head=L10+H1&with=minilm · L2 H10``."""

import pandas as pd
import streamlit as st

from mhattn_core.findings.card.beside import head_beside, most_to_say, name_of
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
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
        model = choose(_("Model"), models, key=MODEL, default=most_to_say(known).model)
    own = {name_of(one, heads, model=False): one for one in heads if one.model == model}
    with head_box:
        first = name_of(most_to_say(known[known["model"] == model]), heads, model=False)
        one = own[choose(_("Head"), {name: name for name in own}, key=HEAD, default=first)]
    with other_box:
        beside = head_beside(one, known, names)
        other = choose(_("Beside it"), {name: known_names().name(name) for name in names}, key=WITH, default=beside)
    return one, names[other]


def _read_old_link(names: dict[str, ModelHead]) -> None:
    one = names.get(st.query_params.get(BY_ONE_NAME, ""))
    if one and MODEL not in st.query_params:
        st.query_params[MODEL], st.query_params[HEAD] = one.model, one.within.name
    st.query_params.pop(BY_ONE_NAME, None)
