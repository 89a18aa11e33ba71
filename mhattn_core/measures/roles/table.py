"""The table of relations: the best head of each, with all that its verdict rests on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float

from mhattn_core.measures.roles.class_rules import RULES
from mhattn_core.measures.roles.items import can_be_shuffled, unpacked
from mhattn_core.measures.roles.mass import MassSums, mass_p, mass_score
from mhattn_core.measures.roles.role import CONTROL, Role
from mhattn_core.measures.roles.scores import Estimate, RelationItems, Score, by_unit, score
from mhattn_core.measures.roles.significance import adjusted, cluster_t, sign_flip_max
from mhattn_core.measures.roles.verdicts import FEWEST_ITEMS, VerdictInput, as_this_version_says, verdict
from mhattn_core.measures.statistics import bootstrap_weights

COLUMNS = (
    *("model", "stack", "relation", "score", "direction", "layer", "head", "held_out", "gain", "low", "high"),
    *("baseline", "offset", "offset_gain", "offset_low", "offset_high"),
    *("class_rule", "word_class", "side", "upos"),
    *("control", "selectivity", "selectivity_low", "selectivity_high", "word_mass"),
    *("shuffle", "random95", "shuffled95", "wins", "n", "fewest", "p", "p_max", "q", "offset_q", "verdict", "reason"),
)
TEXTS = ("model", "stack", "relation", "score", "direction", "word_class", "side", "upos", "verdict", "reason")
# A column without a number in it is of numbers all the same; what has no head has none, and the others keep whole ones.
TYPES = {"layer": "Int16", "head": "Int16"} | {
    name: "float64" for name in COLUMNS if name not in {*TEXTS, "layer", "head", "n", "fewest"}
}
ESTIMATES = {
    "gain": ("gain", "low", "high"),
    "offset_gain": ("offset_gain", "offset_low", "offset_high"),
    "selectivity": ("selectivity", "selectivity_low", "selectivity_high"),
}
"""Columns of the estimates of a ``Score``."""


@dataclass(frozen=True, eq=False)
class StackItems:
    """What a run keeps of one stack: its layers that attend, by number, and how many heads each has, the packed items
    (see ``item_table``), and by relation and direction the sums of mass and Σ of what each head gives to words at the
    items' attending words, ``on_words [head]``.
    """

    layers: Sequence[int]
    heads: int
    items: pd.DataFrame
    mass: Mapping[tuple[str, str], MassSums]
    on_words: Mapping[tuple[str, str], Float[np.ndarray, " _head"]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many heads the layers have together."""
        return len(self.layers) * self.heads

    def cell(self, number: int) -> tuple[int, int]:
        """Layer and head of what is numbered layer by layer."""
        return self.layers[number // self.heads], number % self.heads

    def number(self, layer: int, head: int) -> int:
        """``cell``, the other way round."""
        return list(self.layers).index(layer) * self.heads + head


@dataclass(frozen=True)
class RandomControls:
    """What the best head of a network that knows nothing gets, by role: of the same architecture initialised at random,
    and with the trained weights shuffled within each matrix. A role that is missing has not been compared.
    """

    random95: Mapping[Role, float] = field(default_factory=dict)
    shuffled95: Mapping[Role, float] = field(default_factory=dict)


class _Scored(NamedTuple):
    """p, offset_p ``[head]``: of each head being above both the best offset and the best class rule, above the best
    offset.
    """

    best: Score
    p: np.ndarray
    offset_p: np.ndarray
    p_max: float
    word_mass: np.ndarray


def relations_table(
    model: str, stacks: Mapping[str, StackItems], units: Mapping[str, str], controls: RandomControls, *, upos: str = ""
) -> pd.DataFrame:
    """A row for each stack, relation, score and direction that has items: columns ``COLUMNS``, as a run's
    ``relations.parquet``. The items of a relation's control have no row; they are the row's ``control``.

    units: what each pair is resampled with, by id, such as its document or its text. controls: a role that is missing
    in either gets no better verdict than ``insufficient data``. upos: where word classes come from (``gold``,
    ``automatic``). p is of the named head, by cluster t over units; p_max of the best of all heads, by sign flips (hits
    only); q by Benjamini and Hochberg over all heads, relations and directions of one score in the model that have
    enough items.
    """
    scored = {role: found for stack, kept in stacks.items() for role, found in _of_stack(stack, kept, units)}
    q, offset_q = (_q({role: getattr(one, name) for role, one in scored.items()}, scored) for name in ("p", "offset_p"))
    rows = []
    for role, one in scored.items():
        head = one.best.head
        row = {"model": model, **role._asdict(), **_columns(one.best)}
        row["layer"], row["head"] = stacks[role.stack].cell(head)
        row |= {"upos": upos if row["word_class"] else "", "word_mass": float(one.word_mass[head])}
        row |= {name: getattr(controls, name).get(role, np.nan) for name in ("random95", "shuffled95")}
        row |= {"p": float(one.p[head]), "p_max": one.p_max}
        row |= {"q": float(q[role][head]), "offset_q": float(offset_q[role][head])}
        known = VerdictInput(**{field.name: row[field.name] for field in fields(VerdictInput)})
        row["verdict"], row["reason"] = verdict(known)
        rows.append(row)
    return _table(rows)


def unmeasurable(model: str, why: Mapping[str, str]) -> pd.DataFrame:
    """A row for each relation that cannot be told on these texts, by name the reason in a sentence; columns
    ``COLUMNS``, numbers NaN.
    """
    same = {"model": model, "score": "hit", "n": 0, "fewest": 0, "verdict": "not measurable"}
    return _table([{**same, "relation": relation, "reason": reason} for relation, reason in why.items()])


def as_this_version_has_it(relations: pd.DataFrame) -> pd.DataFrame:
    """The ``relations.parquet`` of an earlier version with the columns of this one, empty where it did not measure
    them, and without the rows that were its relations' controls. Its gain was over the best fixed offset.
    """
    if "class_rule" in relations:
        return relations
    own = relations[~relations["relation"].str.endswith(CONTROL)]
    over_offset = {f"offset_{name}": own[name] for name in ("low", "high", "q")} | {"offset_gain": own["gain"]}
    known = own.assign(**over_offset).reindex(columns=list(COLUMNS)).astype(TYPES)
    return as_this_version_says(known).reset_index(drop=True)


def split(kept: StackItems, numbers: Mapping[str, int]) -> Iterator[tuple[tuple[str, str], RelationItems]]:
    """The items of each relation and direction, unpacked; ``numbers`` gives each pair's unit."""
    items = kept.items
    columns = {name: items[name].to_numpy() for name in ("hits", "shuffled_hits", "rule_hits", "fold")}
    unit, offset = (
        items["id"].map(numbers).to_numpy(),
        (items["key"].astype(int) - items["query"].astype(int)).to_numpy(),
    )
    has_shuffled = can_be_shuffled(items)
    for (relation, direction), at in items.groupby(
        ["relation", "direction"], sort=False, observed=True
    ).indices.items():
        rules = unpacked(columns["rule_hits"][at].tolist(), len(RULES))
        yield (
            (str(relation), str(direction)),
            RelationItems(
                hit=unpacked(columns["hits"][at].tolist(), kept.size),
                shuffled=unpacked(columns["shuffled_hits"][at].tolist(), kept.size),
                has_shuffled=has_shuffled[at],
                unit=unit[at],
                fold=columns["fold"][at],
                offset=offset[at],
                # Where no rule is ever right, no word classes are known.
                rules=rules if rules.any() else rules[:, :0],
            ),
        )


def _of_stack(stack: str, kept: StackItems, units: Mapping[str, str]) -> Iterator[tuple[Role, _Scored]]:
    known = {unit: number for number, unit in enumerate(dict.fromkeys(units.values()))}
    weights = bootstrap_weights(list(known))
    numbers = {id_: known[unit] for id_, unit in units.items()}
    by_role = {Role(stack, relation, "hit", way): own for (relation, way), own in split(kept, numbers)}
    for role, own in by_role.items():
        if role.is_control:
            continue
        over_offset, over_rule = by_unit(own)
        both = [over_offset] if over_rule is None else [over_offset, over_rule]
        word_mass = kept.on_words[role.relation, role.direction] / len(own.fold)
        best = score(own, weights, by_role.get(role.control))
        p = [cluster_t(better) for better in both]
        p_max = max(sign_flip_max(better) for better in both)
        # Above the better of the two is above both: the larger p.
        yield role, _Scored(best, np.maximum.reduce(p), p[0], p_max, word_mass)
    for (relation, direction), sums in kept.mass.items():
        role = Role(stack, relation, "mass", direction)
        if sums.items.any() and not role.is_control:
            items = len(by_role[role._replace(score="hit")].fold)
            word_mass = kept.on_words[relation, direction] / items
            best = mass_score(sums, kept.mass.get((role.control.relation, direction)))
            p_mass = mass_p(sums)
            yield role, _Scored(best, p_mass, p_mass, np.nan, word_mass)


def _q(p: Mapping[Role, np.ndarray], scored: Mapping[Role, _Scored]) -> dict[Role, np.ndarray]:
    """q of each head, NaN of roles with too few items."""
    q = {role: np.full_like(own, np.nan) for role, own in p.items()}
    for name in ("hit", "mass"):
        tested = [role for role in p if role.score == name and scored[role].best.fewest >= FEWEST_ITEMS]
        if tested:
            together = adjusted(np.concatenate([p[role] for role in tested]))
            ends = np.cumsum([len(p[role]) for role in tested])[:-1]
            q |= dict(zip(tested, np.split(together, ends), strict=True))
    return q


def _columns(best: Score) -> dict[str, Any]:
    """A score as columns, its estimates with their ends."""
    row: dict[str, Any] = {}
    for name, value in vars(best).items():
        row |= dict(zip(ESTIMATES[name], value, strict=True)) if isinstance(value, Estimate) else {name: value}
    return row


def _table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).astype(TYPES)
