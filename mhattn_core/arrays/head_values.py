"""One head taken apart."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float


@dataclass(frozen=True, eq=False)
class HeadValues:
    """What one head works with, for one pair; arrays are float32 unless said otherwise.

    ``query`` ``[query, dimension]`` and ``key`` ``[key, dimension]``: as the attention function gets them, rotated
    where the model rotates; ``value`` ``[key, value dimension]``: with ``key`` those of the head's key/value group;
    ``output`` ``[query, value dimension]``: what the head hands to W_O (of a head that is switched off, what stands
    there instead).

    A score is ``scaling * query @ key``, then ``softcap * tanh(score / softcap)`` where there is a soft-cap, then plus
    ``bias`` ``[query, key]`` where there is one (T5's positions). ``mask`` (bool ``[query, key]``) tells which keys a
    query sees; softmax over these is the pattern. ``sink`` is the score of the key that is not there (GPT-OSS), which
    takes its share.
    """

    query: Float[np.ndarray, "query dimension"]
    key: Float[np.ndarray, "key dimension"]
    value: Float[np.ndarray, "key value_dimension"]
    output: Float[np.ndarray, "query value_dimension"]
    scaling: float
    softcap: float | None
    bias: Float[np.ndarray, "query key"] | None
    mask: Bool[np.ndarray, "query key"]
    sink: float | None
