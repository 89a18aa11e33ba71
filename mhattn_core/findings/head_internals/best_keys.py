"""What the chosen query fits best among the keys of its sentence, before position and mask have their say."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from jaxtyping import Float

from mhattn_core import charts
from mhattn_core.findings.head_internals.inside import Inside, token_names
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.runs.run import Run
from mhattn_core.text.pair import SentencePair

if TYPE_CHECKING:
    from mhattn_core.experiments.best_keys import Keys

LISTED = 15
AROUND = 40
"""Characters shown on either side of a word."""


def best_keys(
    inside: Inside,
    queries: Float[np.ndarray, "query dimension"],
    keys: Float[np.ndarray, "key dimension"],
    *,
    turned: bool,
) -> Finding:
    """queries, keys: before rotation; turned: whether position changes the scores."""
    table = sentence_matches(inside, queries, keys)
    best = table.iloc[0]
    message = (
        _(
            "Before position has its say, “{query}” fits “{key}” best (score {score:.2f}); with position and mask it "
            "gives it {weight:.3f}."
        )
        if turned
        else _(
            "“{query}” fits “{key}” best (score {score:.2f}), and gives it {weight:.3f}; to its scores this model "
            "adds no position."
        )
    )
    said = message.format(query=inside.names[0], key=best["key"], score=best["score"], weight=best["weight"])
    return Finding(
        "best_keys",
        escape(said),
        table,
        partial(charts.best_keys, table.head(LISTED)),
        _(
            "Bars: query times key, scaled, before rotation, bias and mask; figures: the weight that comes out. A "
            "high bar with no weight is a word that fits and that position or the mask keeps away. Where positions "
            "are added to the words themselves (BERT), they cannot be taken out, and are in the bars."
        ),
        1,
        inside.source,
        inside.code(
            f"queries, keys = compared(values, before_rotation(seen, {inside.head.stack!r}, layer={inside.head.layer}, head={inside.head.head}))\n"
            f"values.scaling * keys @ queries[{inside.query_piece}]",
            "from mhattn_core.attention.pre_rope import before_rotation",
            "from mhattn_core.experiments.best_keys import compared",
        ),
        fed=inside.fed,
    )


def pairs_from_all_over(run: Run, most: int) -> tuple[SentencePair, ...]:
    """Pairs whose sentences the run keeps, the same ones every time; none where it keeps numbers only."""
    if not {"source", "target"} <= set(run.pairs):
        return ()
    kept = run.pairs.dropna(subset="source")
    chosen = kept.iloc[np.linspace(0, max(len(kept) - 1, 0), min(most, len(kept))).astype(int)]
    return tuple(SentencePair(str(row.source), str(row.target or "")) for row in chosen.itertuples())


def best_of_run(inside: Inside, query: Float[np.ndarray, " dimension"], words: "Keys") -> pd.DataFrame:
    """score (before position), word, sentence (around the word): the keys of other sentences that fit a query best."""
    scores = inside.values.scaling * words.vectors @ query
    best = np.argsort(-scores)[:LISTED]
    around = [
        f"… {words.before[place][-AROUND:]}[{words.tokens[place]}]{words.behind[place][:AROUND]} …" for place in best
    ]
    return pd.DataFrame({"score": scores[best], "word": [words.tokens[place] for place in best], "sentence": around})


def sentence_matches(inside: Inside, queries: np.ndarray, keys: np.ndarray) -> pd.DataFrame:
    """key (with its number), score, weight, visible of every token, the largest score first."""
    tokens = inside.seen.tokens(inside.head.stack)[1]
    table = pd.DataFrame(
        {
            "key": token_names(tokens, inside.keys),
            "score": inside.values.scaling * keys.astype(float) @ queries[inside.query_piece],
            "weight": inside.steps.weight[inside.query_piece],
            "visible": inside.steps.visible[inside.query_piece],
        }
    )
    return table.sort_values("score", ascending=False, ignore_index=True)
