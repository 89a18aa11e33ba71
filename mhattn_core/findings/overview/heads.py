"""Everything that a run says of each head, in one row: its role, what breaks without it, and which heads are like it."""

from collections.abc import Sequence

import pandas as pd

from mhattn_core.heads import HEAD_COLUMNS, head_names
from mhattn_core.locale import _
from mhattn_core.measures.redundancy.redundant import limit
from mhattn_core.models.control_names import CONTROLS, is_control, with_control
from mhattn_core.runs.run import Run
from mhattn_core.text.relations import RELATIONS, relation_label

SPECIALISTS, SUGGESTED = ("specialist", "pattern specialist"), ("nearest-class head", "small gain")
"""Verdicts of heads that do more than their baselines tell, and of those that do something, the strongest first."""
ROLES = (*SPECIALISTS, *SUGGESTED)


def head_overview(run: Run, models: Sequence[str]) -> pd.DataFrame:
    """One row a head of each model's first stack with relations, else its first stack: ``HEAD_COLUMNS``, name, and of
    what the run measured, else empty or NaN:

    relation, verdict, family, held_out, gain of its best role; effect, effect_low, effect_high, quantity of switching
    it off alone, a loss or, for encoders, how far the sentence's vector turns; similar, distance: the
    nearest head of the same model and how far it is (JS, nats); redundant: whether that is near enough; type of
    pattern; partner, partner_model: its counterpart in another model.
    """
    heads = _all_heads(run, models)
    for add in (_roles, _effects, _neighbours, _types, _partners):
        heads = heads.merge(add(run, models), on=HEAD_COLUMNS, how="left")
    texts = ["relation", "verdict", "family", "quantity", "similar", "type", "partner", "partner_model"]
    heads[texts] = heads[texts].astype(object).fillna("")
    heads["redundant"] = heads["redundant"].fillna(False).astype(bool)
    return heads


def _all_heads(run: Run, models: Sequence[str]) -> pd.DataFrame:
    heads = run.attending[run.attending["model"].isin(models)]
    if run.has("relations"):
        asked = run.relations.dropna(subset="layer")[["model", "stack"]].drop_duplicates("model")
        first = dict(asked.itertuples(index=False, name=None))
    else:
        first = {}
    stacks = heads.drop_duplicates("model").set_index("model")["stack"].to_dict() | first
    own = heads[heads["stack"] == heads["model"].map(stacks)]
    order = {model: number for number, model in enumerate(models)}
    own = own.sort_values(
        ["model", "layer", "head"], key=lambda column: column.map(order) if column.name == "model" else column
    )
    return own.assign(name=head_names(own, model=True)).reset_index(drop=True)


def layers_without(run: Run, models: Sequence[str]) -> pd.DataFrame:
    """model, stack, layer of each layer that does not attend."""
    columns = HEAD_COLUMNS[:3]
    every = run.heads.loc[run.heads["model"].isin(models), columns].drop_duplicates()
    attend = run.attending[columns].drop_duplicates().assign(attends=True)
    joined = every.merge(attend, on=columns, how="left")
    return joined.loc[joined["attends"].isna(), columns].reset_index(drop=True)


def _roles(run: Run, models: Sequence[str]) -> pd.DataFrame:
    """Each head's best role: the strongest verdict, of these the greatest gain."""
    columns = [*HEAD_COLUMNS, "relation", "verdict", "family", "held_out", "gain", "offset_gain"]
    if not run.has("relations"):
        return pd.DataFrame(columns=columns)
    rows = run.relations
    rows = rows[rows["model"].isin(models) & (rows["score"] == "hit") & rows["verdict"].isin(ROLES)]
    rows = rows[rows["relation"].isin(RELATIONS)]
    rows = rows.assign(
        family=[RELATIONS[name].group for name in rows["relation"]],
        strength=rows["verdict"].map(ROLES.index),
    ).astype({"layer": int, "head": int})
    best = rows.sort_values(["strength", "gain"], ascending=[True, False]).drop_duplicates(HEAD_COLUMNS)
    return best.reindex(columns=columns)


def _effects(run: Run, models: Sequence[str]) -> pd.DataFrame:
    columns = [*HEAD_COLUMNS, "effect", "effect_low", "effect_high", "quantity"]
    if not run.has("ablation"):
        return pd.DataFrame(columns=columns)
    rows = run.table("ablation")
    rows = rows[rows["model"].isin(models)]
    # All heads are switched off in one way alone.
    ways = rows.groupby("model")["kind"].transform(lambda kinds: kinds.value_counts(sort=False).idxmax())
    rows = rows[rows["kind"] == ways]
    # A model's own quantity is the first that was measured: its loss, or how far its vector turns.
    rows = rows[rows["quantity"] == rows.groupby("model")["quantity"].transform("first")]
    return rows.assign(effect=rows["delta"], effect_low=rows["low"], effect_high=rows["high"])[columns]


def _neighbours(run: Run, models: Sequence[str]) -> pd.DataFrame:
    columns = [*HEAD_COLUMNS, "similar", "distance", "redundant"]
    if not run.has("distances"):
        return pd.DataFrame(columns=columns)
    pairs = run.head_pairs
    pairs = pairs[pairs["model"].isin(models)].dropna(subset="js")
    sides = [
        pairs[["model", "stack", f"layer_{own}", f"head_{own}", "js"]]
        .set_axis([*HEAD_COLUMNS, "distance"], axis=1)
        .assign(similar=head_names(pairs, f"_{other}"))
        for own, other in (("a", "b"), ("b", "a"))
    ]
    nearest = pd.concat(sides).sort_values("distance", kind="stable").drop_duplicates(HEAD_COLUMNS)
    return nearest.assign(redundant=nearest["distance"] <= limit("js"))[columns]


def _types(run: Run, models: Sequence[str]) -> pd.DataFrame:
    if not run.has("patterns"):
        return pd.DataFrame(columns=[*HEAD_COLUMNS, "type"])
    return run.patterns.loc[run.patterns["model"].isin(models), [*HEAD_COLUMNS, "type"]]


def _partners(run: Run, models: Sequence[str]) -> pd.DataFrame:
    """Counterparts by profile in another of these models that is trained, where the verdict is a shared role."""
    columns = [*HEAD_COLUMNS, "partner", "partner_model"]
    if not run.has("matches"):
        return pd.DataFrame(columns=columns)
    rows, trained = run.matches, [model for model in models if not is_control(model)]
    rows = rows[
        rows["model_a"].isin(trained)
        & rows["model_b"].isin(trained)
        & (rows["by"] == "profile")
        & (rows["verdict"] == "shared role")
    ]
    sides = []
    for own, other in (("a", "b"), ("b", "a")):
        of_own = [f"{column}_{own}" for column in HEAD_COLUMNS]
        sides.append(
            rows[of_own]
            .set_axis(HEAD_COLUMNS, axis=1)
            .assign(partner=head_names(rows, f"_{other}", model=True), partner_model=rows[f"model_{other}"])
        )
    return pd.concat(sides).drop_duplicates(HEAD_COLUMNS)[columns]


def role_name(row: "pd.Series[object]") -> str:
    """What a head does, in words: the relation; only the best head of a relation is given a verdict."""
    if not row["relation"]:
        return _("not the best head of any relation")
    return relation_label(str(row["relation"]))


def with_own_controls(run: Run, models: Sequence[str]) -> list[str]:
    """With the random controls of these models that the run has."""
    beside = [with_control(name, control) for name in models for control in CONTROLS]
    return list(dict.fromkeys([*models, *(name for name in beside if name in run.models)]))
