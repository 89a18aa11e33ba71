"""What a measure over many pairs is, and which there are. A new one is a file of its own and a line in ``MEASURES``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Real
from torch import Tensor

from mhattn_core.arrays.word_layer import WordLayer
from mhattn_core.measures.basic import basic
from mhattn_core.measures.patterns.sums import patterns
from mhattn_core.measures.patterns.types import pattern_value
from mhattn_core.measures.statistics import quotient


@dataclass(frozen=True)
class Measure:
    """Named sums of each layer, and what makes values of them.

    ``sums`` is shown each layer of a batch and returns name → ``[batch, head, part]``, the same names for each batch
    and layer of a stack. Sums of pairs add up; ``finish`` maps the total of any set of pairs, ``[..., part]``, to the
    value, ``[...]``, NaN where there is none. The last part counts: a pair with more than 0 adds to n.
    """

    sums: Callable[[WordLayer], Mapping[str, Float[Tensor, "batch head part"]]]
    finish: Callable[[Real[np.ndarray, "*pairs part"]], Float[np.ndarray, "*pairs"]] = quotient


MEASURES: dict[str, Measure] = {"basic": Measure(basic), "patterns": Measure(patterns, pattern_value)}
