"""Which heads of every two models of a run are counterparts."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.matching.assignment import MatchBy
from mhattn_core.measures.matching.costs import COLUMNS, MatchCosts
from mhattn_core.measures.matching.effects import effect_costs
from mhattn_core.measures.matching.profiles import profile_costs
from mhattn_core.measures.matching.texts import cka_costs, common_sides, js_costs
from mhattn_core.measures.measure import MEASURES
from mhattn_core.models.checkpoints import checkpoints
from mhattn_core.models.control_names import is_control
from mhattn_core.runs.manifest import Manifest
from mhattn_core.runs.match_features import Features, Shared, passes
from mhattn_core.runs.study import Across, AcrossInput, Tables


def match_models(names: Sequence[str], features: Sequence[Features], shared: Shared) -> pd.DataFrame:
    """Rows as ``MatchCosts.table`` for every two models of which one has learned something: by profile, with relations
    and without; where words agree by JS (of an encoder and a decoder on what both may see); where masks agree, too, by
    CKA; and by effect where the heads of both were switched off.

    features: of each name; a model that could read none of the pairs has no rows. Stacks of the same name are matched,
    or the first of each where they share none. What the random control NAME@random of a model in the run is matched
    with says what its architecture alone gives. Checkpoints of one training are matched with the last of them, by
    profile: no network is loaded for it.
    """
    tables = []
    training = {one.name: one for one in checkpoints(names)}
    last = {one.series: one.name for one in training.values()}
    for (name_a, a), (name_b, b) in combinations(zip(names, features, strict=True), 2):
        if (is_control(name_a) and is_control(name_b)) or not a.profiles or not b.profiles:
            continue
        one, other = training.get(name_a), training.get(name_b)
        of_one_training = one is not None and other is not None and one.series == other.series
        if one and of_one_training and last[one.series] not in (name_a, name_b):
            continue
        for stack_a, stack_b in stacks(tuple(a.profiles), tuple(b.profiles)):
            for by, costs in _costs(a, stack_a, b, stack_b, shared, profiles_alone=of_one_training):
                if costs is not None:
                    tables.append(costs.table(a.profiles[stack_a].index, b.profiles[stack_b].index, by=by))
                shared.tell(0)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(COLUMNS))


def stacks(a: Sequence[str], b: Sequence[str]) -> list[tuple[str, str]]:
    """Which stack of one model is matched with which of another."""
    return [(stack, stack) for stack in a if stack in b] or [(a[0], b[0])]


def _costs(
    a: Features, stack_a: str, b: Features, stack_b: str, shared: Shared, *, profiles_alone: bool
) -> Iterator[tuple[MatchBy, MatchCosts | None]]:
    profiles = a.profiles[stack_a], b.profiles[stack_b]
    yield "profile", profile_costs(*profiles)
    if all(one.has_relations for one in profiles):
        yield "profile.no_relations", profile_costs(*profiles, relations=False)
    if profiles_alone:
        return
    if {a.name, b.name} <= shared.ablated:
        yield "effect", effect_costs(a.effects[stack_a], b.effects[stack_b], shared.keys, shared.folds)
    texts, others = a.patterns[stack_a], b.patterns[stack_b]
    if not texts or not others:
        return
    queries, keys = common_sides(texts, others)
    if not queries or not keys:
        return
    if stack_a != stack_b:  # an encoder's word sees what a decoder's may not
        yield "js.visible", js_costs(texts, others, shared.keys, shared.folds, causal=True, visible_only=True)
        return
    yield "js", js_costs(texts, others, shared.keys, shared.folds, causal=stack_a == "decoder")
    of_a, of_b = a.outputs(tuple(queries)).get(stack_a), b.outputs(tuple(queries)).get(stack_b)
    if of_a and of_b:
        yield "cka", cka_costs(of_a, of_b, shared.folds)


def _measure(given: AcrossInput) -> Tables:
    manifest = Manifest.read(given.folder)
    kept = [name for name in manifest.measures if name in MEASURES] if manifest else []
    if not kept:
        raise Problem(
            _("Heads are matched by what they measure, and this run keeps no sums of any measure."),
            _("Measure “basic” with it, and “relations” for what the heads are good at."),
        )
    shared = Shared(given.corpus, given.folder, given.tell)
    features = [Features(name, given.get, number, shared) for number, name in enumerate(given.names)]
    return {"matches": match_models(given.names, features, shared)}


MATCHES = Across(("matches",), _measure, passes=lambda pairs, _heads: passes(pairs), factor=8.0)
