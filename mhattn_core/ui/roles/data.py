"""What the tab *relations* draws: rows of a run's tables, for the models, direction and relations that are chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core.charts.best_heads import FOUND
from mhattn_core.measures.roles.links import DIRECTIONS
from mhattn_core.runs import Run
from mhattn_core.text.relations import RELATIONS
from mhattn_core.ui.evidence import Evidence

TESTED = (*FOUND, "nearest-class head", "small gain", "no evidence")
FEW = "insufficient data"


@dataclass(frozen=True)
class Roles:
    """models: (name, stack) that are shown. rows: of ``relations.parquet``, hits in one direction, the greatest gain
    first, controls left out.
    """

    evidence: Evidence
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
        few = self.rows[self.rows["held_out"].notna()]
        return few[few["relation"].isin(tested)] if len(tested) else few

    def of(self, relation: str) -> pd.DataFrame:
        """A row a model."""
        return self.rows[self.rows["relation"] == relation]

    def rates(self, relation: str) -> pd.DataFrame:
        """Every head of the shown models on one relation: rows of ``rates.parquet`` with ``value``, the share of right
        answers.
        """
        rates = pd.concat([self._rates(model, stack) for model, stack in self.models], ignore_index=True)
        return rates[rates["relation"] == relation]

    def _rates(self, model: str, stack: str) -> pd.DataFrame:
        return _rates_by_role(self.evidence.run)[model, stack, self.direction]


class _Rates(dict[tuple[str, str, str], pd.DataFrame]):
    """Rows of ``rates.parquet`` by model, stack and direction; none where nothing could be asked."""

    def __missing__(self, key: tuple[str, str, str]) -> pd.DataFrame:
        return pd.DataFrame(columns=["model", "stack", "relation", "direction", "layer", "head", "hits", "n", "value"])


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs={Run: lambda run: (run.id, str(run.folder))})
def _rates_by_role(run: Run) -> _Rates:
    """Taken apart once, since a click must not filter a hundred thousand rows."""
    rates = run.rates.assign(value=run.rates["hits"] / run.rates["n"])
    return _Rates(dict(iter(rates.groupby(["model", "stack", "direction"], observed=True))))


def roles(evidence: Evidence, models: Sequence[tuple[str, str]], direction: str, family: str = "") -> Roles:
    """What a run says of relations in one direction, of one family or of all."""
    table = evidence.run.relations
    rows = table[(table["score"] == "hit") & (table["direction"] == direction) & _of(table, models)]
    rows = rows[rows["relation"].isin(names_of(family))]
    by_gain = rows.groupby("relation")["gain"].transform("max")
    place = rows["model"].map({model: place for place, (model, _stack) in enumerate(models)})
    rows = rows.iloc[np.lexsort((place, rows["relation"], -by_gain))]
    return Roles(evidence, tuple(models), direction, family, rows.reset_index(drop=True))


def names_of(family: str) -> list[str]:
    """Relations of a family in the order of the library; of all with an empty name."""
    return [name for name, relation in RELATIONS.items() if family in ("", relation.group)]


def stacks_of(evidence: Evidence, model: str) -> list[str]:
    """Stacks of a model for which the run has relations."""
    table = evidence.run.relations
    return [str(stack) for stack in table.loc[table["model"] == model, "stack"].dropna().unique()]


def directions_of(evidence: Evidence, models: Sequence[tuple[str, str]]) -> list[str]:
    """The directions that these stacks have, in the order of the library."""
    table = evidence.run.relations
    there = set(table.loc[_of(table, models) & (table["score"] == "hit"), "direction"].dropna())
    return [direction for direction in DIRECTIONS if direction in there]


def not_measurable(evidence: Evidence, models: Sequence[tuple[str, str]], family: str) -> pd.DataFrame:
    """relation, reason: what the run could not ask of any of these models."""
    table = evidence.run.relations
    rows = table[(table["verdict"] == "not measurable") & table["model"].isin([model for model, _stack in models])]
    return rows.loc[rows["relation"].isin(names_of(family)), ["relation", "reason"]].drop_duplicates("relation")


def _of(table: pd.DataFrame, models: Sequence[tuple[str, str]]) -> "pd.Series[bool]":
    chosen = pd.Series(False, index=table.index)
    for model, stack in models:
        chosen |= (table["model"] == model) & (table["stack"] == stack)
    return chosen
