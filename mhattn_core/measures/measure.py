"""What a measure over many pairs is, and which there are. A new one is a file of its own and a line in ``MEASURES``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Real
from torch import Tensor

from mhattn_core.arrays.word_layer import TokenLayer, WordLayer
from mhattn_core.measures.basic import basic
from mhattn_core.measures.basic_rows import basic_rows
from mhattn_core.measures.patterns.sums import patterns
from mhattn_core.measures.patterns.types import pattern_value
from mhattn_core.measures.regions import regions
from mhattn_core.measures.statistics import quotient


@dataclass(frozen=True)
class Measure:
    """Named sums of each layer, and what makes values of them.

    ``sums`` is shown each layer of a batch and returns name → ``[batch, head, part]``, the same names for each batch
    and layer of a stack. Sums of pairs add up; ``finish`` maps the total of any set of pairs, ``[..., part]``, to the
    value, ``[...]``, NaN where there is none. The last part counts: a pair with more than 0 adds to n.
    ``of_rows``: the same sums faster, of a layer on a processor as the model made it, where there is such a way.
    """

    sums: Callable[[WordLayer], Mapping[str, Float[Tensor, "batch head part"]]]
    finish: Callable[[Real[np.ndarray, "*pairs part"]], Float[np.ndarray, "*pairs"]] = quotient
    of_rows: Callable[[TokenLayer], Mapping[str, Float[Tensor, "batch head part"]]] | None = None


MEASURES: dict[str, Measure] = {
    "basic": Measure(basic, of_rows=basic_rows),
    "patterns": Measure(patterns, pattern_value),
    "regions": Measure(regions, of_rows=regions),
}
