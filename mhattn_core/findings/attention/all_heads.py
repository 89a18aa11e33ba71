"""All heads of one model at a glance, a picture of each."""

from functools import partial
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.arrays.word_grid import WordGrid
from mhattn_core.charts.glance import thumbnails
from mhattn_core.findings.feeding import feeding_title
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_pair import code_of, source_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.default_head import heads_by_entropy, mean_entropy

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


def heads_at_a_glance(result: "AttentionResult", stack: str, glance: pd.DataFrame) -> Finding:
    """glance: as ``glance_table`` gives it of the stack; it is slow, so that whoever draws again keeps it."""
    layer, head = heads_by_entropy(result.words(stack))[0]
    top = glance[(glance["layer"] == layer) & (glance["head"] == head)].iloc[0]
    expression = f"glance_table(seen.words({stack!r})).drop(columns='picture')"
    return Finding(
        f"{result.model.name} {stack} all heads",
        _("{heads} heads of {name}, layer by layer. The most concentrated on words: {top}.").format(
            heads=int(result.words(stack).attends.sum()), name=escape(result.model.name), top=top["name"]
        ),
        glance.drop(columns="picture"),
        partial(_draw, glance),
        "",
        1,
        source_of(result),
        code_of(result, expression, "from mhattn_core.findings.attention.all_heads import glance_table"),
        fed=feeding_title(result.pair.feeding),
    )


def glance_table(grid: WordGrid, *, largest: float | None = None) -> pd.DataFrame:
    """One row a head: layer, head, name, entropy (normalised), special_mass and picture, as ``charts.glance`` reads
    it. largest: the weight at the end of the colours; by default each head's own.
    """
    layers, heads = grid.pattern.shape[:2]
    entropy, special = mean_entropy(grid)
    layer, head = (axis.ravel().tolist() for axis in np.indices((layers, heads)))
    return pd.DataFrame(
        {
            "layer": layer,
            "head": head,
            "name": list(map(head_name, layer, head)),
            "entropy": entropy.ravel(),
            "special_mass": special.ravel(),
            "picture": thumbnails(grid.pattern, largest=largest),
        }
    )


def _draw(glance: pd.DataFrame, **on_screen: Any) -> alt.LayerChart:
    return charts.glance(glance, **on_screen)
