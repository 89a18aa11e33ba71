"""Charts of several views, put together once.

Altair's own ``layer`` and ``concat`` copy all that lies under them at each step, and take digests of it: most of the
time of a page. Here the views stay as they are until the whole is written.
"""

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

import altair as alt
import pandas as pd
from altair.utils.schemapi import SchemaBase, Undefined

KINDS = ("layer", "hconcat", "vconcat")
LONG = 1000
"""Rows above which a table is written as text."""

Specification = dict[str, Any]


@runtime_checkable
class OfTables(Protocol):
    """A chart that can be written with its tables as they are."""

    def with_tables(self) -> Specification:
        """The specification, with a DataFrame for each of its ``datasets``."""


def layered(*views: alt.Chart | alt.LayerChart, **properties: Any) -> alt.LayerChart:
    """Views over one another, the first below all."""
    return Layers(layer=list(views), **properties)


def beside(*views: alt.TopLevelMixin, **properties: Any) -> alt.HConcatChart:
    """Views side by side."""
    return Beside(hconcat=list(views), **properties)


def below(*views: alt.TopLevelMixin, **properties: Any) -> alt.VConcatChart:
    """Views one below another."""
    return Below(vconcat=list(views), **properties)


def independent(*channels: str) -> alt.Resolve:
    """For ``resolve``: views whose scales of these channels are their own."""
    return alt.Resolve(scale=alt.ScaleResolveMap(**dict.fromkeys(channels, "independent")))


class _Whole:
    """What charts of several views have in common; the views may be such charts themselves."""

    def __init__(self, *args: Any, **kwds: Any) -> None:
        SchemaBase.__init__(self, *args, **kwds)

    def with_tables(self) -> Specification:
        """As ``OfTables``. A selection of several views is one, and stands with the whole."""
        written = _Written()
        spec = written.view(self)
        top = alt.Chart("", mark="point").to_dict(validate=False)  # the theme, and the version of the language
        spec = {name: top[name] for name in ("config", "$schema") if name in top} | spec
        if written.params:
            spec["params"] = list(written.params.values())
        return spec | {"datasets": _tables(written.tables)}

    def to_dict(self, validate: bool = True, **_options: Any) -> Specification:
        """As of every chart of Altair."""
        spec = self.with_tables()
        spec["datasets"] = {name: _written_out(spec, name, table) for name, table in spec["datasets"].items()}
        if validate:
            type(self).validate(spec)  # type: ignore[attr-defined]  # SchemaBase's
        return spec


class Layers(_Whole, alt.LayerChart):  # type: ignore[misc]  # Altair's is Any to mypy
    """See ``layered``."""


class Beside(_Whole, alt.HConcatChart):  # type: ignore[misc]
    """See ``beside``."""


class Below(_Whole, alt.VConcatChart):  # type: ignore[misc]
    """See ``below``."""


class _Written:
    """A chart on its way to a specification: its tables by name, each once, and its parameters."""

    def __init__(self) -> None:
        self.tables: dict[str, Any] = {}
        self.params: dict[str, Specification] = {}
        self._names: dict[int, str] = {}
        self._views = 0

    def view(self, chart: Any) -> Specification:
        """One view, with those in it."""
        own = chart.copy(deep=False)
        views = {kind: own[kind] for kind in KINDS if own._get(kind, Undefined) is not Undefined}
        for kind in views:
            own[kind] = Undefined
        if isinstance(own._get("data", Undefined), pd.DataFrame):
            own.data = alt.NamedData(self._named(own.data))
        if own._get("transform", Undefined) is not Undefined:
            own.transform = [self._looked_up(one) for one in own.transform]
        if own._get("params", Undefined) is not Undefined:
            self._lift(own, named=not views)
        self._views += 1
        spec = _own_to_dict(own, {"top_level": False, "datasets": self.tables})
        for kind, parts in views.items():
            spec |= _with_data_of_all(spec, kind, [self.view(part) for part in parts])
        return spec

    def _looked_up(self, transform: Any) -> Any:
        """The same, with the name of the table where it looks something up."""
        source = transform._get("from", Undefined)
        if source is Undefined or not isinstance(source._get("data", Undefined), pd.DataFrame):
            return transform
        named, own = source.copy(deep=False), transform.copy(deep=False)
        named.data = alt.NamedData(self._named(source.data))
        own["from"] = named
        return own

    def _named(self, table: pd.DataFrame) -> str:
        name = self._names.setdefault(id(table), f"table_{len(self._names)}")
        self.tables[name] = table
        return name

    def _lift(self, view: Any, *, named: bool) -> None:
        """Take a view's parameters; a selection names its views."""
        if named and view.name is Undefined:
            view.name = f"view_{self._views}"
        for param in (one.to_dict(validate=False) for one in view.params):
            known = self.params.setdefault(param["name"], param)
            if "select" in param and named and view.name not in known.setdefault("views", []):
                known["views"].append(view.name)
        view.params = Undefined


def _with_data_of_all(whole: Specification, kind: str, views: list[Specification]) -> Specification:
    """The views of a whole that has no data of its own; those that are the same for all stand with it."""
    data = views[0].get("data") if views else None
    if "data" in whole or data is None or any(view.get("data") != data for view in views):
        return {kind: views}
    return {"data": data, kind: [{key: value for key, value in view.items() if key != "data"} for view in views]}


def _own_to_dict(view: Any, context: dict[str, Any]) -> Specification:
    """Of the view itself, without the views in it."""
    written: Specification = alt.TopLevelMixin.to_dict(view, validate=False, context=context)
    return written


def with_tables(chart: alt.TopLevelMixin) -> Specification:
    """The specification of any chart, with a DataFrame for each of its ``datasets`` that holds rows."""
    if isinstance(chart, OfTables):
        return chart.with_tables()
    spec: Specification = chart.to_dict(validate=False)
    return spec | {"datasets": _tables(spec.get("datasets", {}))}


def _tables(datasets: Specification) -> Specification:
    return {name: pd.DataFrame(rows) if isinstance(rows, list) else rows for name, rows in datasets.items()}


def _written_out(spec: Specification, name: str, table: Any) -> Any:
    """Rows as Vega-Lite takes them. A long table goes as text, a seventh of its size as records, and the views of
    ``spec`` that draw it say how to read it.
    """
    if not isinstance(table, pd.DataFrame):
        return table
    if len(table) <= LONG:
        return alt.to_values(table)["values"]
    # A browser takes the text "False" for true.
    table = table.astype({column: int for column, kind in table.dtypes.items() if kind.kind == "b"})
    parse = {str(column): "number" if kind.kind in "iuf" else "string" for column, kind in table.dtypes.items()}
    for data in _drawing(spec, name):
        data["format"] = {"type": "csv", "parse": parse}
    return table.to_csv(index=False, float_format="%.7g", lineterminator="\n")


def _drawing(view: Specification, name: str) -> Iterator[Specification]:
    """The ``data`` of a view, and of those in it, that is the table of this name."""
    if view.get("data", {}).get("name") == name:
        yield view["data"]
    for kind in KINDS:
        for one in view.get(kind, ()):
            yield from _drawing(one, name)
