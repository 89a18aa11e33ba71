"""Quantities as choices and as columns: their full names, with their names in tables behind the question mark."""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.measures.quantities import Quantity, column, quantity
from mhattn_core.ui.choices import choose


def choose_quantity(
    label: str,
    offered: Mapping[str, Quantity],
    *,
    key: str,
    default: str | None = None,
    pills: bool = False,
    named: Callable[[Quantity], str] = attrgetter("title"),
) -> Quantity:
    """One of the offered quantities, by default the first; the address holds its name in tables.

    named: what each is called here, where that is not its title.
    """
    chosen = choose(
        label,
        {code: named(one) for code, one in offered.items()},
        key=key,
        default=default or next(iter(offered)),
        pills=pills,
        help_text=names_in_tables(offered.values(), named),
    )
    return offered[chosen]


def titles(offered: Mapping[str, Quantity]) -> dict[str, str]:
    """Name in tables → full name."""
    return {code: one.title for code, one in offered.items()}


def names_in_tables(offered: Iterable[Quantity], named: Callable[[Quantity], str] = attrgetter("title")) -> str:
    """Each full name with the name in tables, in Markdown."""
    return _("Names in tables:") + "\n" + "\n".join(f"- {named(one)}: `{one.code}`" for one in offered)


def measure_column(code: str, format: str = "%.3f") -> Any:
    """How a column of a quantity's values is shown."""
    one = quantity(code)
    return st.column_config.NumberColumn(one.axis, format=format, help=one.help)


def table_columns(table: str, names: Iterable[str], format: str | None = "%.3f") -> dict[str, Any]:
    """How columns of a run's table that hold quantities are shown."""
    of_name = {name: column(table, name) for name in names}
    return {
        name: st.column_config.NumberColumn(one.axis, format=format, help=one.help) for name, one in of_name.items()
    }
