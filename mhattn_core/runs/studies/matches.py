"""Which heads of every two models of a run are counterparts."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.matching.assignment import MatchBy
from mhattn_core.measures.matching.costs import COLUMNS, MatchCosts
from mhattn_core.measures.matching.profiles import profile_costs
from mhattn_core.measures.matching.texts import cka_costs, common_sides, js_costs
from mhattn_core.measures.measure import MEASURES
from mhattn_core.models.control_names import RANDOM, is_control
from mhattn_core.models.random_control import random_control
from mhattn_core.runs.manifest import Manifest
from mhattn_core.runs.match_features import Features, Shared, passes
from mhattn_core.runs.study import Across, AcrossInput, Tables
from mhattn_core.runs.sums import text_key

OTHER_SEED = 1


def match_models(names: Sequence[str], features: Sequence[Features], shared: Shared) -> pd.DataFrame:
    """Rows as ``MatchCosts.table`` for every two models of which one has learned something, by profile and, where words
    and masks agree, by JS and CKA.

    features: of each name; a model that could read none of the pairs has no rows. Stacks of the same name are matched,
    or the first of each where they share none. The null of random weights is NAME@random of the second model, from the
    run where it has read something there; of one that is random itself, other random weights.
    """
    twins: dict[str, Features] = dict(zip(names, features, strict=True))
    tables = []
    for (name_a, a), (name_b, b) in combinations(zip(names, features, strict=True), 2):
        if is_control(name_a) and is_control(name_b):
            continue
        if not a.profiles or not b.profiles:
            continue
        twin_name = name_b + RANDOM
        if twin_name not in twins or not twins[twin_name].profiles:
            control = random_control(b.model, OTHER_SEED if is_control(name_b) else 0)
            twins[twin_name] = Features(control, None, shared)
        if not twins[twin_name].profiles:
            continue
        for stack_a, stack_b in stacks(a.model.stacks, b.model.stacks):
            for by, costs in _costs(a, stack_a, b, stack_b, twins[twin_name], shared):
                tables.append(costs.table(a.profiles[stack_a].index, b.profiles[stack_b].index, by=by))
                shared.tell(0)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(COLUMNS))


def stacks(a: Sequence[str], b: Sequence[str]) -> list[tuple[str, str]]:
    """Which stack of one model is matched with which of another."""
    return [(stack, stack) for stack in a if stack in b] or [(a[0], b[0])]


def _costs(
    a: Features, stack_a: str, b: Features, stack_b: str, twin: Features, shared: Shared
) -> Iterator[tuple[MatchBy, MatchCosts]]:
    yield "profile", profile_costs(a.profiles[stack_a], b.profiles[stack_b], twin.profiles[stack_b])
    if stack_a != stack_b:
        return  # an encoder's word sees what a decoder's may not
    texts, others = a.patterns[stack_a], b.patterns[stack_b]
    if not texts or not others:
        return
    queries, keys = common_sides(texts, others)
    if not queries or not keys:
        return
    names = [text_key(record) for record in shared.texts]
    found = js_costs(texts, others, twin.patterns[stack_b], names, causal=stack_a == "decoder")
    if found:
        yield "js", found
    outputs = [one.outputs(tuple(queries)).get(stack) for one, stack in ((a, stack_a), (b, stack_b), (twin, stack_b))]
    if all(outputs):
        written = cka_costs(*filter(None, outputs))
        if written:
            yield "cka", written


def _measure(given: AcrossInput) -> Tables:
    manifest = Manifest.read(given.folder)
    kept = [name for name in manifest.measures if name in MEASURES] if manifest else []
    if not kept:
        raise Problem(
            _("Heads are matched by what they measure, and this run keeps no sums of any measure."),
            _("Measure “basic” with it, and “relations” for what the heads are good at."),
        )
    shared = Shared(given.corpus, given.folder, kept, given.tell)
    features = [Features(given.get(name), place, shared) for place, name in enumerate(given.names)]
    return {"matches": match_models(given.names, features, shared)}


MATCHES = Across(("matches",), _measure, passes=lambda pairs, _heads: passes(pairs), factor=8.0)
