"""One link of a sentence, such as sits → cat: what each head of each model gives it."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_pair import literal, loading, source_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_names
from mhattn_core.locale import _
from mhattn_core.measures.links import link_weights
from mhattn_core.models.precision import precision_of

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

POSITION_EXPLAINS = 0.75
"""From this share of the link's weight on, the same head does about the same wherever it looks that far."""


def link_heads(
    results: "Mapping[str, AttentionResult]",
    stacks: Mapping[str, str],
    query: int,
    key: int,
    noted: float | None = None,
) -> Finding:
    """results, stacks: by model, the same sentence and the stack that is read; query, key: words of its axes. noted:
    what the note says that the link gets.
    """
    tables = []
    for name, result in results.items():
        grid = result.words(stacks[name])
        table = link_weights(grid.pattern, query, key)
        tables.append(table.assign(model=name, name=head_names(table)))
    heads = pd.concat(tables, ignore_index=True)
    grid = next(iter(results.values())).words(stacks[next(iter(results))])
    return Finding(
        "link_heads",
        _sentence(heads, f"{grid.queries[query]} → {grid.keys[key]}"),
        heads,
        partial(charts.strip, heads, noted=noted),
        _(
            "One dot is one head. Among many heads some give any link a high weight by chance or by position alone: "
            "compare with random weights, and with the same head at the same distance elsewhere (hover)."
        ),
        1,
        ", ".join(source_of(one) for one in results.values()),
        _code(results, stacks, f"{query}, {key}"),
    )


def _code(results: "Mapping[str, AttentionResult]", stacks: Mapping[str, str], words: str) -> str:
    """Python that gives the numbers of all models."""
    lines = [
        "import mhattn_core as mh",
        "import pandas as pd",
        "from mhattn_core.measures.links import link_weights",
        "",
    ]
    lines.append("grids = {}")
    for name, result in results.items():
        load = loading(repr(name), precision_of(result.model.revision))
        lines.append(f"grids[{name!r}] = mh.attend({load}, {literal(result.pair)}).words({stacks[name]!r})")
    each = f"link_weights(grid.pattern, {words}).assign(model=name) for name, grid in grids.items()"
    return "\n".join([*lines, f"pd.concat([{each}], ignore_index=True)"])


def best_of_each(heads: pd.DataFrame) -> pd.DataFrame:
    """The head of each model that gives the link most, in the models' order."""
    return heads.loc[heads.groupby("model", sort=False)["weight"].idxmax()]


def _sentence(heads: pd.DataFrame, link_name: str) -> str:
    best = best_of_each(heads)
    first = best.iloc[0]
    sentences = [
        _("In **{model}** head {head} gives *{link}* the most of all: **{weight:.2f}**.").format(
            model=escape(first["model"]), head=first["name"], link=escape(link_name), weight=first["weight"]
        )
    ]
    if pd.isna(first["usual"]):
        sentences.append(_("The sentence has no other place at that distance to compare with."))
    elif first["usual"] >= POSITION_EXPLAINS * first["weight"]:
        sentences.append(
            _(
                "It gives words at that distance {usual:.2f} on average elsewhere in the sentence, so position alone "
                "may explain it."
            ).format(usual=first["usual"])
        )
    else:
        sentences.append(
            _("At the same distance elsewhere in the sentence it gives {usual:.2f} on average.").format(
                usual=first["usual"]
            )
        )
    sentences += [
        _("The best head of {model} gives {weight:.2f}.").format(model=escape(other["model"]), weight=other["weight"])
        for _number, other in best.iloc[1:].iterrows()
    ]
    return " ".join(sentences)
