"""What the weights of one word are worth in a head, on one pair."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import signed_digits
from mhattn_core.findings.attention.shown import Shown
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_pair import code_of, source_of
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantities

KNOCKED_OUT = "knockout"


def edge_effects(shown: Shown, effects: pd.DataFrame, looked_at: int) -> Finding:
    """What a pair costs without single weights of a word; the sentence is about the one on ``looked_at``.

    effects: as ``edges_of_word``. Raises KeyError for a word that it does not hold.
    """
    looking = int(effects["looking"].iloc[0])
    weights = pd.Series(shown.weights[looking])
    queries, keys = shown.labels
    rows = effects.assign(
        word=effects["looked_at"].map(dict(enumerate(keys))), weight=effects["looked_at"].map(weights)
    )
    by_kind = rows.pivot(index="looked_at", columns="kind", values="delta")
    named = by_kind.assign(name=_names(keys), weight=weights, model=shown.model)
    quantity = quantities()[str(effects["quantity"].iloc[0])]
    sizes = by_kind[KNOCKED_OUT].abs()
    words = {"query": escape(queries[looking]), "key": escape(keys[looked_at])}
    sentence = _(
        "{head}: without the weight of {weight:.2f} from *{query}* on *{key}* the change is **{change}**, {unit}; by "
        "size it is number {rank} of the {count} words that *{query}* may look at."
    ).format(
        head=f"**{escape(shown.name)}**",
        weight=weights[looked_at],
        change=signed_digits(by_kind.loc[looked_at, KNOCKED_OUT]),
        unit=quantity.change_axis,
        rank=int((sizes > sizes[looked_at]).sum()) + 1,
        count=len(sizes),
        **words,
    )
    reading = _(
        "A row is a word that *{query}* may look at. Dot: the weight on it is removed, and the other weights grow to the "
        "same sum (knockout). Ring: it is set to 0, and the others stay. Other heads may do the same, and one pair is an "
        "example."
    )
    return Finding(
        "edge_effects",
        sentence,
        rows,
        partial(charts.edge_effects, named.reset_index(), looked_at=looked_at, title=quantity.change_axis),
        reading.format(query=words["query"]),
        1,
        f"{source_of(shown.result)} · {shown.head.full_name}",
        code_of(
            shown.result,
            f"edges_of_word(seen.model, pair, {shown.head!r}, {looking})",
            "from mhattn_core.experiments.ablation.pair import edges_of_word",
            "from mhattn_core.heads import Head",
        ),
    )


def _names(words: Sequence[str]) -> pd.Series:
    """Words by their positions; one that stands there twice with its number in the sentence."""
    times = Counter(words)
    return pd.Series([word if times[word] == 1 else f"{word} · {at + 1}" for at, word in enumerate(words)])
