"""A matched pair of heads: what the match rests on, and both profiles."""

from collections.abc import Mapping
from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.detectors.kinds import kinds_of
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.matching.matched import Matched, name_of
from mhattn_core.findings.of_run import opened, source_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import HEAD_COLUMNS, ModelHead, head_names
from mhattn_core.locale import _
from mhattn_core.measures.matching.neighbours import profiles
from mhattn_core.measures.quantities import quantity, title_of
from mhattn_core.measures.roles.role import CONTROL
from mhattn_core.text.relations.names import relation_label

MOST_RELATIONS = 14
"""Of relations, the ones on which the two heads stand out most."""


def matched_pair(found: Matched, pair: int, directions: Mapping[str, str]) -> Finding:
    """One pair: what the numbers say of it, and both profiles. pair: its number in the table; directions: what those of
    relations are called.
    """
    row = found.table.loc[pair]
    profile = _profiles(found, ends_of(found, pair), directions)
    reading = _("Every measure in standard deviations from the mean of its model's heads, over the run.")
    if found.has_relations:
        reading += " " + _("Of relations those are shown on which the two stand out most.")
    return Finding(
        f"{found.a} {row['name_a']} {found.b} {row['name_b']}",
        " ".join(filter(None, (verdict(found, row), _kinds(found, pair)))),
        profile,
        partial(charts.profiles, profile),
        reading,
        int(row["n"]),
        source_of(found.run),
        "\n".join(
            (
                "import mhattn_core as mh",
                "from mhattn_core.findings.matching.matched import matched",
                "from mhattn_core.findings.matching.pair import matched_pair",
                "",
                f"run = {opened(found.run)}",
                f"found = matched(run, {found.a!r}, {found.b!r}, {found.by!r}, {name_of(found.stack_a, found.stack_b)!r})",
                f"matched_pair(found, {pair}, {dict(directions)!r}).table",
            )
        ),
    )


def ends_of(found: Matched, pair: int) -> list[ModelHead]:
    """The two heads of a pair."""
    row = found.table.loc[pair]
    sides = ("a", found.a, found.stack_a), ("b", found.b, found.stack_b)
    return [
        ModelHead(model, stack, int(str(row[f"layer_{side}"])), int(str(row[f"head_{side}"])))
        for side, model, stack in sides
    ]


def verdict(found: Matched, row: "pd.Series[object]") -> str:
    """What the numbers of one pair say, in Markdown."""
    numbers = {
        "cost": row["cost"],
        "null": row["null95"],
        "q": row["q"],
        "reliability": row["reliability"],
        "title": quantity(found.by).distance_axis,
    }
    heads = "**{} – {}**".format(*(escape(head.name) for head in ends_of(found, int(row["pair"]))))
    if not found.is_tested:
        said = (
            _("{title} {cost:.3f}; by the rule of an earlier version: **shared role**.")
            if row["shared"]
            else _("{title} {cost:.3f}; by the rule of an earlier version: **no counterpart**.")
        )
    elif row["shared"]:
        said = _(
            "{title} {cost:.3f}, where the nearest made-up head undercuts {null:.3f} in 5 % of draws (q = {q:.3f}); "
            "reliability {reliability:.2f}, each the other's nearest: **shared role**."
        )
    else:
        said = _(
            "{title} {cost:.3f}, where the nearest made-up head undercuts {null:.3f} in 5 % of draws (q = {q:.3f}); "
            "reliability {reliability:.2f}, {mutual}: **no counterpart**."
        )
    numbers["mutual"] = _("each the other's nearest") if row["mutual"] else _("not each other's nearest")
    said = f"{heads} · {said.format(**numbers)}"
    if pd.notna(row["held_out"]):
        said += " " + _("On the other half of the pairs their profiles correlate by {held_out:.2f}.").format(
            held_out=row["held_out"]
        )
    if pd.notna(row["position_only"]) and float(row["position_only"]) <= float(row["cost"]):
        said += " " + _(
            "A head that sees positions alone comes as near ({positions:.3f}): this is a match of positions."
        ).format(positions=row["position_only"])
    return said


def _kinds(found: Matched, pair: int) -> str:
    """What detectors call the two heads, each asked by itself: no part of the match."""
    names = [kinds_of(found.run, head) for head in ends_of(found, pair)]
    if not any(names):
        return ""
    first, second = (name or _("of no known kind") for name in names)
    return _("Detectors call the first: {first}; the second: {second}.").format(first=first, second=second)


def _profiles(found: Matched, ends: list[ModelHead], directions: Mapping[str, str]) -> pd.DataFrame:
    """model, name, measure, value of both heads."""
    heads = found.run.heads
    heads = heads[
        heads["model"].isin([found.a, found.b]) & (heads["group"] == "") & ~heads["measure"].str.startswith("pattern.")
    ]
    parts = [profiles(heads).loc[ends].rename(columns=title_of)]
    if found.run.has("rates"):
        parts.append(_relations(found, ends, directions))
    table = pd.concat(parts, axis=1).reset_index().melt(HEAD_COLUMNS, var_name="measure")
    return table.assign(name=head_names(table, model=True))


def _relations(found: Matched, ends: list[ModelHead], directions: Mapping[str, str]) -> pd.DataFrame:
    """Hit rates of the relations on which the two stand out most, in the direction that both can answer."""
    rates = found.run.rates
    rates = rates[rates["model"].isin([found.a, found.b]) & rates["stack"].isin([found.stack_a, found.stack_b])]
    if found.stack_a != found.stack_b:
        rates = rates[rates["direction"] == "later_to_earlier"]
    rates = rates[~rates["relation"].str.endswith(CONTROL)]
    named = directions if rates["direction"].nunique() > 1 else {}
    labels = {
        (relation, direction): " · ".join(filter(None, (relation_label(relation), named.get(direction, ""))))
        for relation, direction in rates[["relation", "direction"]].drop_duplicates().itertuples(index=False)
    }
    values = rates.assign(
        measure=[labels[key] for key in zip(rates["relation"], rates["direction"], strict=True)],
        value=rates["hits"] / rates["n"],
        group="",
    ).dropna(subset="value")
    # A run may have found no relation in what one of the two reads.
    both = profiles(values).reindex(pd.MultiIndex.from_tuples(ends, names=HEAD_COLUMNS)).dropna(axis=1)
    return both[both.abs().min().nlargest(MOST_RELATIONS).index]
