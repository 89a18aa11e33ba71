"""The table of relations: the best head of each, with all that its verdict rests on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from mhattn_core.measures.roles.items import can_be_shuffled, unpacked
from mhattn_core.measures.roles.mass import MassSums, mass_p, mass_score
from mhattn_core.measures.roles.scores import RelationItems, Score, best_offset, by_pair, score
from mhattn_core.measures.roles.significance import adjusted, cluster_t, sign_flip_max
from mhattn_core.measures.roles.verdicts import FEWEST_ITEMS, VerdictInput, verdict
from mhattn_core.measures.statistics import bootstrap_weights

COLUMNS = (
    *(
        "model",
        "stack",
        "relation",
        "score",
        "direction",
        "layer",
        "head",
        "held_out",
        "gain",
        "low",
        "high",
        "baseline",
        "offset",
        "shuffle",
    ),
    *("random95", "wins", "n", "fewest", "p", "p_max", "q", "verdict", "reason"),
)
# A column without a number in it is of numbers all the same; what has no head has none, and the others keep whole ones.
TYPES = {"layer": "Int16", "head": "Int16"} | dict.fromkeys(
    ("held_out", "gain", "low", "high", "baseline", "offset", "shuffle", "random95", "wins", "p", "p_max", "q"),
    "float64",
)


class Role(NamedTuple):
    """What is scored: ``score`` is ``hit`` or ``mass``."""

    stack: str
    relation: str
    score: str
    direction: str


@dataclass(frozen=True, eq=False)
class StackItems:
    """What a run keeps of one stack: its size, the packed items (see ``item_table``), and sums of mass by relation and
    direction.
    """

    layers: int
    heads: int
    items: pd.DataFrame
    mass: Mapping[tuple[str, str], MassSums]


def relations_table(
    model: str, stacks: Mapping[str, StackItems], texts: Mapping[str, str], random95: Mapping[Role, float]
) -> pd.DataFrame:
    """A row for each stack, relation, score and direction that has items: columns ``COLUMNS``, as a run's
    ``relations.parquet``.

    texts: each pair's text by id; equal texts are resampled together. random95: see ``best_of_twins``; a role that is
    missing there gets no better verdict than ``insufficient data``. p is of the named head, by cluster t; p_max of the
    best of all heads, by sign flips (hits only); q by Benjamini and Hochberg over all heads, relations and directions
    of one score in the model that have enough items.
    """
    ids = {id_: place for place, id_ in enumerate(texts)}
    weights = bootstrap_weights(list(texts.values()))
    found: dict[Role, tuple[Score, float]] = {}
    p: dict[Role, np.ndarray] = {}
    for stack, kept in stacks.items():
        for (relation, direction), asked in split(kept, ids):
            role = Role(stack, relation, "hit", direction)
            better = by_pair(asked, best_offset(asked.offset))
            found[role], p[role] = (score(asked, weights), sign_flip_max(better)), cluster_t(better)
        for (relation, direction), sums in kept.mass.items():
            if sums.items.any():
                role = Role(stack, relation, "mass", direction)
                found[role], p[role] = (mass_score(sums), np.nan), mass_p(sums)
    enough = [role for role, (best, _p_max) in found.items() if best.fewest >= FEWEST_ITEMS]
    q = {
        role: value
        for name in ("hit", "mass")
        for role, value in _adjusted({role: p[role] for role in enough if role.score == name}).items()
    }
    rows = [
        _row(
            model,
            role,
            stacks[role.stack].heads,
            best,
            p_max,
            p[role],
            q.get(role, np.full_like(p[role], np.nan)),
            random95.get(role, np.nan),
        )
        for role, (best, p_max) in found.items()
    ]
    return _table(rows)


def unmeasurable(model: str, why: Mapping[str, str]) -> pd.DataFrame:
    """A row for each relation that cannot be told on these texts, by name the reason in a sentence; columns
    ``COLUMNS``, numbers NaN.
    """
    rows = [
        {
            "model": model,
            "relation": relation,
            "score": "hit",
            "n": 0,
            "fewest": 0,
            "verdict": "not measurable",
            "reason": reason,
        }
        for relation, reason in why.items()
    ]
    return _table(rows)


def split(kept: StackItems, ids: Mapping[str, int]) -> Iterator[tuple[tuple[str, str], RelationItems]]:
    """The items of each relation and direction, unpacked; ``ids`` numbers the pairs."""
    for (relation, direction), rows in kept.items.groupby(["relation", "direction"], sort=False, observed=True):
        yield (
            (str(relation), str(direction)),
            RelationItems(
                hit=unpacked(rows["hits"].tolist(), kept.layers * kept.heads),
                shuffled=unpacked(rows["shuffled_hits"].tolist(), kept.layers * kept.heads),
                has_shuffled=can_be_shuffled(rows),
                pair=rows["id"].map(ids).to_numpy(),
                fold=rows["fold"].to_numpy(),
                offset=(rows["key"].astype(int) - rows["query"].astype(int)).to_numpy(),
            ),
        )


def best_of_twins(twins: Sequence[Mapping[str, StackItems]]) -> dict[Role, float]:
    """``random95``: for each role the 95th percentile over models with random weights of what their best head gets, all
    items counted.

    twins: the stacks of each, measured on the same pairs (20 seeds and 200 sentences in a run).
    """
    best: dict[Role, list[float]] = {}
    for twin in twins:
        for stack, kept in twin.items():
            for (relation, direction), rows in kept.items.groupby(["relation", "direction"], sort=False, observed=True):
                hit = unpacked(rows["hits"].tolist(), kept.layers * kept.heads).mean(axis=0)
                best.setdefault(Role(stack, str(relation), "hit", str(direction)), []).append(float(hit.max()))
            for (relation, direction), sums in kept.mass.items():
                if sums.items.any():
                    mean = sums.mass.sum(axis=0).max() / sums.items.sum()
                    best.setdefault(Role(stack, relation, "mass", direction), []).append(float(mean))
    return {role: float(np.quantile(values, 0.95)) for role, values in best.items()}


def _table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).astype(TYPES)


def _adjusted(p: Mapping[Role, np.ndarray]) -> dict[Role, np.ndarray]:
    if not p:
        return {}
    q = adjusted(np.concatenate(list(p.values())))
    ends = np.cumsum([len(values) for values in p.values()])
    return dict(zip(p, np.split(q, ends[:-1]), strict=True))


def _row(
    model: str, role: Role, heads: int, best: Score, p_max: float, p: np.ndarray, q: np.ndarray, random95: float
) -> dict[str, Any]:
    layer, head = divmod(best.head, heads)
    row = {**role._asdict(), **asdict(best), "model": model, "layer": layer, "head": head}
    row |= {"random95": random95, "p": float(p[best.head]), "p_max": p_max, "q": float(q[best.head])}
    row["verdict"], row["reason"] = verdict(
        VerdictInput(**{field.name: row[field.name] for field in fields(VerdictInput)})
    )
    return row
