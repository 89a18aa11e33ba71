"""Two runs side by side: does what a model's heads do hold on other sentences?"""

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.measures.difference import KEYS
from mhattn_core.measures.quantities import of_family
from mhattn_core.runs.store import Saved
from mhattn_core.ui.page import draw, problems
from mhattn_core.ui.quantity_choice import names_in_tables, titles
from mhattn_core.ui.runs.known import known_runs, opened
from mhattn_core.ui.runs.words import run_label


def compared_runs() -> None:
    """The tab in which one model is compared over two runs; two models over one run have a page of their own."""
    runs = {run.key: run for run in known_runs() if run.finished}
    pairs = [(a, b) for a in runs for b in runs if a != b and _common(runs[a], runs[b])]
    if not pairs:
        st.info(_("No two runs measured the same model yet."))
        return
    labels = {key: run_label(run) for key, run in runs.items()}
    firsts = list(dict.fromkeys(a for a, _b in pairs))
    columns = st.columns(2)
    first = columns[0].selectbox(
        _("One run"), firsts, format_func=labels.__getitem__, key="runs-a", persist_state="session"
    )
    seconds = [b for a, b in pairs if a == first]
    second = columns[1].selectbox(
        _("Another run"), seconds, format_func=labels.__getitem__, key=f"runs-b-{first}", persist_state="session"
    )
    with st.container(horizontal=True):
        model = str(st.selectbox(_("Model"), _common(runs[first], runs[second]), key="runs-model"))
        words = of_family("basic")
        names = titles(words)
        measure = st.selectbox(
            _("Measure"),
            list(names),
            format_func=names.__getitem__,
            key="runs-measure",
            help=names_in_tables(words.values()),
        )
    with problems():
        table = both(runs[first], runs[second], model, measure)
        stacks = list(dict.fromkeys(table["stack"]))
        if not stacks:
            st.info(_("No head of {model} has a value of this measure in both runs.").format(model=escape(model)))
            return
        stack = (
            str(
                st.segmented_control(
                    _("Stack"), stacks, default=stacks[-1], required=True, key=f"runs-stack-{model}-{measure}"
                )
            )
            if len(stacks) > 1
            else stacks[0]
        )
        rows = table[table["stack"] == stack]
        said = summary(rows, model)
        st.markdown(escape(said))
        draw(charts.before_after(rows, title=words[measure].axis), key="runs-scatter", alt_text=said)
        st.caption(
            _(
                "One mark is one head; on the broken line both runs give the same. The pairs of the two runs are not the same, so no head has an interval of the difference; where the intervals of both runs do not meet, the head does something else on these sentences."
            )
        )


def both(first: Saved, second: Saved, model: str, measure: str) -> pd.DataFrame:
    """One measure of one model in two runs, over all pairs of each, a row a head: as ``measures.difference`` with runs
    in place of models, and ``apart``.
    """
    a, b = (_rows(run, model, measure) for run in (first, second))
    table = a.merge(b, on=KEYS, suffixes=("_a", "_b"), validate="one_to_one").dropna(subset=["value_a", "value_b"])
    apart = (table["low_a"] > table["high_b"]) | (table["low_b"] > table["high_a"])
    table = table.assign(model_a=first.about.name, model_b=second.about.name, a=table["value_a"], b=table["value_b"])
    return table.assign(value=table["b"] - table["a"], low=float("nan"), high=float("nan"), apart=apart)


def summary(rows: pd.DataFrame, model: str) -> str:
    """How alike two runs order the heads, and how many heads differ beyond their intervals."""
    order = rows["a"].corr(rows["b"], method="spearman")
    return _(
        "Both runs order the heads of {model} with a rank correlation of {order:.2f}; of {heads} heads, {apart} have intervals that do not meet."
    ).format(model=model, order=order, heads=len(rows), apart=int(rows["apart"].sum()))


def _common(a: Saved, b: Saved) -> list[str]:
    return [name for name in a.about.models if name in b.about.models]


def _rows(run: Saved, model: str, measure: str) -> pd.DataFrame:
    heads = opened(run).heads
    return heads[(heads["model"] == model) & (heads["measure"] == measure) & (heads["group"] == "")]
