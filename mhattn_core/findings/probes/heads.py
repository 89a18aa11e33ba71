"""What is read off the vectors of all heads of a stack, and off one head's."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.probes.sentences import form, label, margin, task_names, vector_names
from mhattn_core.findings.rows import model_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head, head_name
from mhattn_core.locale import _
from mhattn_core.measures.probing.probes import DRAWS
from mhattn_core.measures.probing.words import MOST_WORDS
from mhattn_core.runs.run import Run

MEASURE = "probes.gain"
KEYS = ["model", "stack", "layer", "head"]


@of_run("probes")
def probe_grid(run: Run, *, model: str = "", stack: str = "", vector: str = "key", task: str = "pos") -> Finding:
    """How far each head of a stack lies above its control task, for one question put to one kind of vector."""
    probes = of_stack(run.table("probes", model=model_of(run, model)), stack, "probes")
    rows = probes[(probes["vector"] == vector) & (probes["task"] == task)].reset_index(drop=True)
    if rows.empty:
        raise nothing_read(vector, task)
    best = rows.loc[rows["gain"].idxmax()]
    points = {
        name: 100 * rows[column] for name, column in (("value", "gain"), ("low", "gain_low"), ("high", "gain_high"))
    }
    drawn = rows.assign(measure=MEASURE, **points)
    title = _("points above the control task")
    asked = label(vector, task)
    return Finding(
        "probe_grid",
        escape(
            _(
                "{label}. Farthest above its control task of all heads is {head}: {gain:.0f} points [{low:.0f}, "
                "{high:.0f}]."
            ).format(
                label=asked[:1].upper() + asked[1:],
                head=head_name(best["layer"], best["head"]),
                gain=100 * best["gain"],
                low=100 * best["gain_low"],
                high=100 * best["gain_high"],
            )
        ),
        rows,
        partial(charts.head_grid, drawn, measure=MEASURE, title=title, difference=True),
        _(
            "A square is a head; a click opens it. The best of so many heads is best by chance too: the mean of all "
            "tells more."
        ),
        pairs_of(run),
        draw_narrow=strongest_heads(drawn, title=title),
    )


@of_run("probes")
def head_probes(run: Run, *, model: str = "", stack: str = "", head: str = "L0 H0") -> Finding:
    """All that is read off one head's query, key and value."""
    probes = of_stack(run.table("probes", model=model_of(run, model)), stack, "probes")
    chosen = Head.parse(head, str(probes["stack"].iloc[0]))
    own = probes[(probes["layer"] == chosen.layer) & (probes["head"] == chosen.head)].reset_index(drop=True)
    if own.empty:
        raise Problem(
            _("The run has no head {head} of this stack.").format(head=chosen.name),
            _("Choose a layer up to {layer}.").format(layer=int(probes["layer"].max())),
        )
    best = own.loc[own["gain"].idxmax()]
    said = _(
        "From the {vector} of {head} a linear rule reads {task} rightly in {accuracy:.0%} of held-out words "
        "[{low:.0%}, {high:.0%}], arbitrary labels in {control:.0%}, and the most frequent answer alone makes "
        "{majority:.0%}."
    ).format(
        vector=vector_names()[best["vector"]],
        head=chosen.name,
        task=task_names()[best["task"]],
        **{name: best[name] for name in ("accuracy", "low", "high", "control", "majority")},
    )
    return Finding(
        "head_probes",
        escape(" ".join(filter(None, (said, form(best), margin(best))))),
        own.drop(columns=KEYS),
        partial(charts.probes, named(own)),
        marks(),
        pairs_of(run),
    )


def named(rows: pd.DataFrame) -> pd.DataFrame:
    """With a name for each vector and task."""
    return rows.assign(name=[label(row.vector, row.task) for row in rows.itertuples()])


def marks() -> str:
    """What the marks of the chart of probes mean."""
    return _(
        "Bars: held-out accuracy, with its interval. Red ticks: the control task, an arbitrary label for each word "
        "form, which a probe can only learn by heart (Hewitt and Liang 2019), the mean of {draws} draws of each "
        "head's own. Diamonds: a lookup of word forms, the usual answer for a form that was learnt; where they reach "
        "the bar, nothing is read that the form does not say. Circles: as many random directions of the layer's own "
        "input. Grey ticks: always the most frequent answer."
    ).format(draws=DRAWS)


def pairs_of(run: Run) -> int:
    """Pairs from which words were drawn."""
    return min(run.manifest.pairs, MOST_WORDS)


def nothing_read(vector: str, task: str) -> Problem:
    return Problem(
        _("The run does not ask “{task}” of “{vector}”.").format(task=task, vector=vector),
        _("See its table {table}.parquet.").format(table="probe_means"),
    )
