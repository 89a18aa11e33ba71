"""Where the weight of a model's heads goes: six parts, by layer."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import model_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.patterns.types import PARTS
from mhattn_core.runs.run import Run


@of_run("patterns")
def weight_parts(run: Run, *, model: str = "", stack: str = "") -> Finding:
    """A bar a layer of one model and stack: where its heads' weight goes on average, special tokens, positions, words.

    The parts are NaN in a run of before weights were taken apart.
    """
    patterns = run.patterns
    rows = of_stack(patterns[patterns["model"] == model_of(run, model)], stack, "patterns")
    rows = rows.reindex(columns=list(dict.fromkeys([*rows, *PARTS])))
    return Finding(
        "weight_parts",
        _shares(rows),
        rows,
        partial(charts.weight_parts, rows),
        _(
            "Each bar is a layer, the mean of its heads; the parts of a head sum to 1. A weight counts for an offset "
            "or a column as far as the other words' weights there predict it, corrected for chance; what is left is "
            "content. Sentences of fewer than eight words do not vote."
        ),
        int(rows["n"].max()),
    )


def _shares(rows: pd.DataFrame) -> str:
    """The mean part of the weight that goes to each."""
    if rows["part.sink"].isna().all():
        return _("This run was measured before weights were taken apart into these parts; measure its pairs again.")
    mean = rows[PARTS].fillna(0.0).mean()
    return _(
        "Of the weight of {model}'s heads {sink:.0%} goes to special tokens, {even:.0%} to all words alike, "
        "{position:.0%} to the word itself or to fixed offsets and {column:.0%} to columns of words; {content:.0%} "
        "depends on which words meet."
    ).format(
        model=escape(str(rows["model"].iloc[0])),
        position=mean["part.self"] + mean["part.offset"],
        **{name: mean[f"part.{name}"] for name in ("sink", "even", "column", "content")},
    )
