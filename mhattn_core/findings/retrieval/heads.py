"""Which heads look up the needle's words, and what the model answers without them."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import digits
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import model_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.measures.retrieval.copied import THRESHOLD
from mhattn_core.runs.run import Run

SCORE = "retrieval_score"


@of_run("retrieval")
def retrieval_heads(run: Run, *, model: str = "", language: str = "") -> Finding:
    """How much of the needle each head of a model looks up, over all lengths and depths."""
    heads = rows_of(run, "retrieval", model, language)
    trials = rows_of(run, "retrieval_trials", model, language)
    title = quantity(SCORE).title
    return Finding(
        "retrieval_heads",
        _sentence(heads, float(trials["recall"].mean())),
        heads,
        partial(charts.head_grid, heads, measure=SCORE, domain=(0.0, max(float(heads["value"].max()), THRESHOLD))),
        quantity(SCORE).explanation,
        int(heads["n"].max()),
        draw_narrow=strongest_heads(heads, title=title),
        texts=haystacks(trials),
    )


@of_run("retrieval_trials")
def needles_found(run: Run, *, model: str = "", language: str = "") -> Finding:
    """How much of the needle a model writes, by the length of the haystack and the needle's depth."""
    trials = rows_of(run, "retrieval_trials", model, language)
    cells = trials.groupby(["length", "depth"], as_index=False)["recall"].agg(["mean", "size"])
    cells = cells.rename(columns={"mean": "recall", "size": "n"})
    of_length = cells.groupby("length")["recall"].mean()
    return Finding(
        "needles_found",
        _(
            "{model} writes {short:.0%} of the needle’s words after {shortest:,} tokens, {long:.0%} after {longest:,}."
        ).format(
            model=escape(str(trials["model"].iloc[0])),
            short=of_length.iloc[0],
            shortest=of_length.index[0],
            long=of_length.iloc[-1],
            longest=of_length.index[-1],
        ),
        cells,
        partial(charts.haystack, cells),
        _(
            "A column is a length, a line the depth at which the needle stands, 0 being the beginning. Colours: the share "
            "of the answer’s tokens that the model writes, a mean over {needles} needles; words that any answer has "
            "count too."
        ).format(needles=int(cells["n"].max())),
        len(trials),
        texts=haystacks(trials),
    )


@of_run("retrieval_masking")
def retrieval_masking(run: Run, *, model: str = "", language: str = "") -> Finding:
    """What a model still writes of the needle without the heads that look up most, beside random heads."""
    rows = rows_of(run, "retrieval_masking", model, language)
    most = rows[rows["heads"] == rows["heads"].max()]
    left = {kind: float(most.loc[most["masked"] == kind, "recall"].mean()) for kind in ("top", "random")}
    intact = float(rows["intact"].iloc[0])
    message = _(
        "Without the {heads} heads that look up most {model} writes {top:.0%} of the needle’s words, without as many "
        "random heads {random:.0%}, with all {intact:.0%}."
    )
    return Finding(
        "retrieval_masking",
        message.format(heads=int(rows["heads"].max()), model=escape(str(rows["model"].iloc[0])), intact=intact, **left),
        rows,
        partial(charts.masked_retrieval, rows),
        _(
            "A point is a set of heads written to 0 while the model reads and writes; random sets are drawn anew. The "
            "heads were chosen on haystacks that include these, of {length:,} tokens. A model that answers little with all "
            "heads has little to lose."
        ).format(length=int(rows["length"].iloc[0])),
        int(rows["n"].max()),
        texts=_("{texts} haystacks").format(texts=int(rows["n"].max())),
    )


def rows_of(run: Run, table: str, model: str, language: str) -> pd.DataFrame:
    """Rows of one model, by default the first that has any, and one language. Raises Problem where there are none."""
    rows = run.table(table)
    name = model_of(run, model, rows)
    rows = rows[rows["model"] == name]
    rows = rows[rows["language"] == (language or (rows["language"].iloc[0] if len(rows) else ""))]
    if rows.empty:
        raise NotAvailable(
            _("“{name}” was asked for no needles.").format(name=name),
            _("They are asked of causal language models, such as smollm2, in English and Chinese."),
        )
    return rows.reset_index(drop=True)


def haystacks(trials: pd.DataFrame) -> str:
    """How much it rests on."""
    return _("{texts} haystacks").format(texts=len(trials))


def _sentence(heads: pd.DataFrame, recall: float) -> str:
    found = heads[heads["value"] >= THRESHOLD]
    top = heads.loc[heads["value"].idxmax()]
    said = (
        _("**{found} of {heads} heads of {model}** are retrieval heads ({share:.1%}; score of 0.1 or more).")
        if len(found)
        else _("**No head of {model}** is a retrieval head (score of 0.1 or more).")
    ).format(found=len(found), heads=len(heads), model=escape(str(top["model"])), share=len(found) / len(heads))
    return " ".join(
        (
            said,
            _("Highest: {head} with {value}. The model writes {recall:.0%} of the needle’s words.").format(
                head=Head.of_row(top).name, value=digits(float(top["value"])), recall=recall
            ),
        )
    )
