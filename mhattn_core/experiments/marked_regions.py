"""What each head gives from one marked region of a text to another, over many texts."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float

from mhattn_core.arrays.word_layer import SIDES, WordLayer
from mhattn_core.attention.batches import FedPair, collate, feed_all
from mhattn_core.attention.stream import watch_words
from mhattn_core.measures.marked_regions import between, marked_tokens
from mhattn_core.measures.statistics import UNBOUNDED, bootstrap_weights, interval, quotient, supported
from mhattn_core.models.model import Model
from mhattn_core.text.marks import OTHER, SPECIAL, region_names, regions_on
from mhattn_core.text.pair import SentencePair

COLUMNS = (
    *("model", "stack", "layer", "head", "query_region", "key_region", "share", "low", "high"),
    *("lift", "lift_low", "lift_high", "even", "n", "units"),
)
SIDE_NAMES = {number: side for side, number in SIDES.items()}
Edge = tuple[str, str]
Sums = dict[tuple[str, Edge], dict[int, Float[np.ndarray, "layer head 3"]]]
"""By stack and edge, of each text: what was given, what a head would give that looks everywhere alike, and words."""


def marked_regions_table(
    model: Model,
    pairs: Sequence[SentencePair],
    units: Sequence[str],
    *,
    tell: Callable[[int], object] = lambda _texts: None,
) -> pd.DataFrame:
    """Rows of ``marked_regions.parquet``: of each head the mean share of a word's attention that goes from a marked
    region to another, over texts that have both, and its lift over length, with intervals over units.

    Words in no region are ``OTHER``, tokens that are no word of either sentence ``SPECIAL``. even: the share of a head
    that looks at every token alike that it may see; lift: the share over it. n, units: texts, and what is resampled as
    one, that have both regions. Texts without marks are left out. tell: one text more was read.
    """
    rows, _problems = feed_all(model, pairs)
    sums: Sums = defaultdict(dict)
    for row in rows:
        if pairs[row.number].marks:
            _add(sums, model, row, pairs[row.number])
            tell(1)
    tables = [_rows(model, stack, edge, of_texts, units) for (stack, edge), of_texts in sums.items()]
    if not tables:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(tables, ignore_index=True).assign(model=model.name)[list(COLUMNS)]


def _add(sums: Sums, model: Model, row: FedPair, pair: SentencePair) -> None:
    batch = collate(model, [row])
    members = {stack: _members(pair, axes.query_side, axes.key_side) for stack, axes in batch.axes.items()}

    def see(layer: WordLayer) -> None:
        axes = layer.axes
        sources, of_queries, regions, of_keys = members[axes.stack]
        here = marked_tokens(axes.key_pieces, of_keys[None]).to(layer.tokens.device)
        here = torch.cat([here, axes.key_tokens.float()[..., None] - here.sum(dim=-1, keepdim=True)], dim=-1)
        member = torch.from_numpy(of_queries).to(here.device)[None] * axes.query_mask.float()[..., None]
        found = between(layer, here, member)[0].double().cpu().numpy()
        for at, source in enumerate(sources):
            for to, region in enumerate((*regions, SPECIAL)):
                texts = sums[axes.stack, (source, region)]
                if row.number not in texts:
                    layers = model.attention.layers(axes.stack)
                    texts[row.number] = np.zeros((layers, *found.shape[:1], 3))
                texts[row.number][layer.layer] = found[:, at, to]

    watch_words(model, batch, see)


def _members(
    pair: SentencePair, query_side: torch.Tensor, key_side: torch.Tensor
) -> tuple[list[str], Float[np.ndarray, "query source"], list[str], Float[np.ndarray, "key region"]]:
    """The regions of queries and of keys that there are, and which words are in each."""
    found: list[object] = []
    for sides in (query_side, key_side):
        names = [SIDE_NAMES.get(side, "") for side in sides[0].tolist()]
        regions = regions_on(pair.marks, names, len(pair.a.words))
        present = [name for name in (*region_names(pair.marks), OTHER) if name in regions]
        found += [present, np.array([[name == region for name in present] for region in regions], dtype=np.float32)]
    return tuple(found)  # type: ignore[return-value]


def _rows(
    model: Model, stack: str, edge: Edge, of_texts: dict[int, Float[np.ndarray, "layer head 3"]], units: Sequence[str]
) -> pd.DataFrame:
    """A row a head. A text counts that has words of the one region and tokens of the other."""
    counted = {text: sums for text, sums in of_texts.items() if (sums[..., 1] > 0).any()}
    if not counted:
        return pd.DataFrame()
    sums, own = np.stack(list(counted.values())), [units[text] for text in counted]
    weights, number = bootstrap_weights(own), len(set(own))
    columns = {"even": quotient(sums.sum(axis=0)[..., [1, 2]])}
    for name, low, high, parts, ends in (
        ("share", "low", "high", [0, 2], (0.0, 1.0)),
        ("lift", "lift_low", "lift_high", [0, 1], UNBOUNDED),
    ):
        columns[name] = quotient(sums.sum(axis=0)[..., parts])
        columns[low], columns[high] = supported(
            *interval(sums[..., parts], weights, quotient), number, lowest=ends[0], highest=ends[1]
        )
    layer, head = (axis.ravel() for axis in np.indices(columns["share"].shape))
    table = pd.DataFrame({"layer": layer, "head": head, **{name: of.ravel() for name, of in columns.items()}})
    table = table[table["layer"].isin(model.attention.attending(stack))]
    return table.assign(stack=stack, query_region=edge[0], key_region=edge[1], n=len(counted), units=number)
