"""A measure of all heads over the steps of a training, and the life of one head among them."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import digits
from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.training.steps import (
    at_each_step,
    equal_weights,
    has_training,
    pairs_read,
    sentences,
    spread_over_heads,
    title_of_measure,
    training_of,
)
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head, head_names
from mhattn_core.locale import _
from mhattn_core.runs.run import Run

MEASURE = "entropy.normalised"


@of_run("heads", possible=has_training)
def training(run: Run, *, series: str = "", measure: str = MEASURE, stack: str = "") -> Finding:
    """One measure of all heads at each checkpoint of a training, as bands of heads over steps."""
    own = training_of(run, series)
    rows = at_each_step(run, own, measure, stack)
    bands = spread_over_heads(rows)
    return Finding(
        "training",
        sentences(_of_bands(bands, title_of_measure(measure)), equal_weights(own)),
        bands,
        partial(charts.training_bands, bands, title=title_of_measure(measure)),
        _(
            "Line: the median head. Dark band: the middle half of the heads; pale: the middle four fifths. Steps are on a "
            "logarithmic axis, since a training changes most at its beginning. All checkpoints read the same pairs."
        ),
        pairs_read(run, rows, measure),
    )


@of_run("heads", possible=has_training)
def training_head(run: Run, *, series: str = "", measure: str = MEASURE, stack: str = "", head: str = "") -> Finding:
    """One head's measure at each checkpoint of a training, among all others; by default the head that changes most."""
    own = training_of(run, series)
    rows = at_each_step(run, own, measure, stack)
    rows = rows.assign(name=head_names(rows))
    one = _chosen(rows, head)
    life = rows.loc[rows["name"] == one, ["step", "name", "value", "low", "high", "n"]].reset_index(drop=True)
    return Finding(
        "training_head",
        sentences(_of_life(life, one, title_of_measure(measure)), equal_weights(own)),
        life,
        partial(charts.training_lives, rows, chosen=one, title=title_of_measure(measure)),
        _(
            "Strong line: this head, with its 95 % interval over texts where it is known. Grey lines: the other heads of "
            "the stack. A head keeps its place while it is trained, so a line is one head's life."
        ),
        pairs_read(run, rows, measure),
    )


def _chosen(rows: pd.DataFrame, head: str) -> str:
    """The head of this name; by default the one that lies farthest from where it began."""
    known = dict.fromkeys(rows["name"])
    if not head:
        ends = rows.groupby("name", sort=False)["value"].agg(["min", "max"])
        return str((ends["max"] - ends["min"]).idxmax())
    asked = Head.parse(head, str(rows["stack"].iloc[0])).name
    if asked not in known:
        raise Problem(
            _("The run has no head {head} of this stack.").format(head=asked),
            _("Layers and heads count from 0; `overview` lists all."),
        )
    return asked


def _of_bands(bands: pd.DataFrame, title: str) -> str:
    first, last = bands.iloc[0], bands.iloc[-1]
    moves = bands["median"].diff().abs()
    place = int(moves.fillna(0).argmax())
    return _(
        "From step {first} to step {last} the median head goes from **{before}** to **{after}** ({title}); it moves most "
        "between steps {earlier} and {later}."
    ).format(
        title=escape(title),
        first=int(first["step"]),
        last=int(last["step"]),
        before=digits(first["median"]),
        after=digits(last["median"]),
        earlier=int(bands["step"].iloc[max(place - 1, 0)]),
        later=int(bands["step"].iloc[place]),
    )


def _of_life(life: pd.DataFrame, name: str, title: str) -> str:
    place = int(life["value"].diff().abs().fillna(0).argmax())
    return _(
        "**{head}** · {title}: {before} at step {first}, {after} at step {last}; it moves most between steps "
        "{earlier} and {later}."
    ).format(
        head=name,
        title=escape(title),
        before=digits(life["value"].iloc[0]),
        after=digits(life["value"].iloc[-1]),
        first=int(life["step"].iloc[0]),
        last=int(life["step"].iloc[-1]),
        earlier=int(life["step"].iloc[max(place - 1, 0)]),
        later=int(life["step"].iloc[place]),
    )
