"""Which rows of a run's relations are looked at: models with a stack each, a direction, a family."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mhattn_core.charts.best_heads import FOUND
from mhattn_core.measures.roles.links import DIRECTIONS
from mhattn_core.runs.run import Run
from mhattn_core.text.relations import RELATIONS

TESTED = (*FOUND, "nearest-class head", "small gain", "no evidence")
FEW = "insufficient data"


@dataclass(frozen=True)
class RelationRows:
    """models: (name, stack) that are shown. rows: of ``relations.parquet``, hits in one direction, the greatest gain
    first.
    """

    run: Run
    models: tuple[tuple[str, str], ...]
    direction: str
    family: str
    rows: pd.DataFrame

    @property
    def shown(self) -> pd.DataFrame:
        """What is drawn: relations with a verdict in one model at least, or where there is none those that have some
        items.
        """
        tested = self.rows.loc[self.rows["verdict"].isin(TESTED), "relation"]
        some = self.rows[self.rows["held_out"].notna()]
        return some[some["relation"].isin(tested)] if len(tested) else some

    def of(self, relation: str) -> pd.DataFrame:
        """A row a model."""
        return self.rows[self.rows["relation"] == relation]

    def scored(self, relation: str) -> pd.DataFrame:
        """Those of them with a score."""
        return self.of(relation).dropna(subset="held_out")

    def rates(self, relation: str) -> pd.DataFrame:
        """Every head of these models on one relation, see ``rates_of``."""
        parts = [rates_of(self.run, model, stack, relation, self.direction) for model, stack in self.models]
        return pd.concat(parts, ignore_index=True)

    @property
    def all_numbers(self) -> pd.DataFrame:
        """Every row of these models and this family: all stacks and directions, hits and mass."""
        table = self.run.relations
        models = [name for name, _stack in self.models]
        return table[table["model"].isin(models) & table["relation"].isin(names_of(self.family))]


def relation_rows(run: Run, models: Sequence[tuple[str, str]], direction: str, family: str = "") -> RelationRows:
    """What a run says of relations in one direction, of one family or of all."""
    table = run.relations
    rows = table[(table["score"] == "hit") & (table["direction"] == direction) & _of(table, models)]
    rows = rows[rows["relation"].isin(names_of(family))]
    by_gain = rows.groupby("relation")["gain"].transform("max").fillna(-np.inf)
    order = rows["model"].map({model: number for number, (model, _stack) in enumerate(models)})
    rows = rows.iloc[np.lexsort((order, rows["relation"], -by_gain))]
    return RelationRows(run, tuple(models), direction, family, rows.reset_index(drop=True))


def rates_of(run: Run, model: str, stack: str, relation: str, direction: str) -> pd.DataFrame:
    """Every head of one stack on one relation: rows of ``rates.parquet`` with ``value``, the share of right answers."""
    rates = run.rates
    asked = (rates["relation"] == relation) & (rates["direction"] == direction)
    rows = rates[asked & (rates["model"] == model) & (rates["stack"] == stack)]
    return rows.assign(value=rows["hits"] / rows["n"]).reset_index(drop=True)


def names_of(family: str) -> list[str]:
    """Relations of a family in the order of the library; of all with an empty name."""
    return [name for name, relation in RELATIONS.items() if family in ("", relation.group)]


def stacks_of(run: Run, model: str) -> list[str]:
    """Stacks of a model for which the run has relations."""
    table = run.relations
    return [str(stack) for stack in table.loc[table["model"] == model, "stack"].dropna().unique()]


def directions_of(run: Run, models: Sequence[tuple[str, str]]) -> list[str]:
    """The directions that these stacks have, in the order of the library."""
    table = run.relations
    there = set(table.loc[_of(table, models) & (table["score"] == "hit"), "direction"].dropna())
    return [direction for direction in DIRECTIONS if direction in there]


def usual_direction(run: Run, models: Sequence[tuple[str, str]]) -> str:
    """The one in which all of these can be asked: where one is causal, from the later word to the earlier."""
    causal = any(stack == "decoder" for _model, stack in models)
    there = directions_of(run, models)
    return "later_to_earlier" if causal and "later_to_earlier" in there else "dependent_to_head"


def not_measurable(rows: RelationRows) -> pd.DataFrame:
    """relation, reason: what the run could not ask of any of these models."""
    table = rows.run.relations
    models = [model for model, _stack in rows.models]
    left_out = table[(table["verdict"] == "not measurable") & table["model"].isin(models)]
    own = left_out["relation"].isin(names_of(rows.family))
    return left_out.loc[own, ["relation", "reason"]].drop_duplicates("relation")


def _of(table: pd.DataFrame, models: Sequence[tuple[str, str]]) -> "pd.Series[bool]":
    chosen = pd.Series(False, index=table.index)
    for model, stack in models:
        chosen |= (table["model"] == model) & (table["stack"] == stack)
    return chosen
