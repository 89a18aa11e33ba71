"""What is said and drawn of models under their short names: tables, code and addresses keep the full ones."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import Specification, with_tables
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import listed
from mhattn_core.models.control_names import trained_name
from mhattn_core.models.short_names import short_names

BETWEEN = " · "
"""Stands between a model and its head."""


class ShortNames(dict[str, str]):
    """Full name → short name, of those that have one."""

    @classmethod
    def among(cls, models: Iterable[str]) -> "ShortNames":
        """Of these models, told apart from one another."""
        return cls(short_names(models))

    def name(self, full: str) -> str:
        """A model, a random control, or a head among several models, as it is called."""
        return _head_of(full, self)

    def full(self, short: str) -> str:
        """The name in tables of what was clicked in a chart under short names."""
        return _head_of(short, {called: name for name, called in self.items()})

    def label(self, *full: str) -> str:
        """The names in Markdown."""
        return listed(escape(self.name(one)) for one in full)

    def markdown(self, text: str) -> str:
        """A text of ours in which full names were escaped."""
        return _replace({escape(name): escape(short) for name, short in self.items()}, text)

    def text(self, text: str) -> str:
        """A text without Markdown."""
        return _replace(self, text)

    def chart(self, chart: alt.TopLevelMixin) -> alt.TopLevelMixin:
        """The same chart under these names."""
        return Shortened(chart, self) if self else chart

    def drawing(self, draw: Callable[..., alt.TopLevelMixin]) -> Callable[..., alt.TopLevelMixin]:
        """What draws the same under these names."""
        return lambda **on_screen: self.chart(draw(**on_screen))

    def legend(self, models: Iterable[str]) -> str:
        """Which short name stands for which full one, in Markdown."""
        given = dict.fromkeys(name for name in map(trained_name, models) if name in self)
        return "  \n".join(f"**{escape(self[name])}**: {escape(name)}" for name in given)


class Shortened(alt.TopLevelMixin):  # type: ignore[misc]  # Altair's is Any to mypy
    """A chart in whose specification models go by their short names."""

    def __init__(self, chart: alt.TopLevelMixin, names: Mapping[str, str]) -> None:
        # Inside an expression a name is written as JSON.
        written = {json.dumps(name)[1:-1]: json.dumps(short)[1:-1] for name, short in names.items()}
        self._chart, self._names = chart, {**written, **names}

    def with_tables(self) -> Specification:
        """As ``charts.compose.OfTables``."""
        spec: Specification = _everywhere(with_tables(self._chart), self._names)
        return spec

    def to_dict(self, *args: Any, **kwargs: Any) -> Specification:
        """As of every chart of Altair."""
        spec: Specification = _everywhere(self._chart.to_dict(*args, **kwargs), self._names)
        return spec


def _head_of(name: str, names: Mapping[str, str]) -> str:
    model, between, head = name.partition(BETWEEN)
    trained = trained_name(model)
    return names.get(trained, trained) + model.removeprefix(trained) + between + head


def _replace(names: Mapping[str, str], text: str) -> str:
    """Each of the names as a whole, the longest first: part of a longer path, or of a longer name, is another name."""
    if not any(name in text for name in names):
        return text
    longest = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    pattern = rf"(?<![\w/~])({longest})(?![\w/]|\\?[-_]|\\?\.\w)"
    return re.sub(pattern, lambda matched: names[matched[1]], text)


def _everywhere(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _replace(names, value)
    if isinstance(value, dict):
        return {key: _everywhere(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_everywhere(one, names) for one in value]
    if isinstance(value, pd.DataFrame):
        texts = value.select_dtypes(exclude=["number", "bool"])
        return value.assign(**{str(name): _each(column, names) for name, column in texts.items()})
    return value


def _each(column: "pd.Series[Any]", names: Mapping[str, str]) -> "pd.Series[Any]":
    """Of a column each text once: many rows name few models."""
    return column.map({one: _everywhere(one, names) for one in column.unique()})
