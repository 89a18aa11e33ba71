"""Tables on a page: each column under its name in the reader's language, a quantity's with its help."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd
import streamlit as st

from mhattn_core.findings.columns import column_label
from mhattn_core.measures.quantities import Quantity, column, quantity

NONE: Mapping[str, Any] = MappingProxyType({})


def show_table(
    table: pd.DataFrame,
    *,
    of: str = "",
    called: Mapping[str, str] = NONE,
    formats: Mapping[str, Iterable[str]] = NONE,
    pinned: Collection[str] = (),
    height: int | Literal["auto"] = "auto",
    key: str | None = None,
) -> None:
    """A table that sorts by a click on a column's name.

    of: the run's table whose columns these are; empty for none. called: columns that have a name of their own here.
    formats: of numbers, such as ``%.3f``, each with its columns. pinned: columns that stay in view.
    """
    numbers = set(table.select_dtypes("number"))
    format_of = {name: one for one, names in formats.items() for name in names}
    config = {}
    for name in table:
        held = _quantity(of, name) if of and name in numbers else None
        label = called.get(name) or (held.axis if held else column_label(name))
        about: dict[str, Any] = {"pinned": name in pinned or None, "help": held and held.help}
        config[name] = (
            st.column_config.NumberColumn(label, format=format_of.get(name), **about)
            if name in numbers and (held or name in format_of)
            else st.column_config.Column(label, width="large" if name == "sentence" else None, **about)
        )
    st.dataframe(table, hide_index=True, height=height, column_config=config, key=key)


def _quantity(table: str, name: str) -> Quantity | None:
    """What a column holds: a quantity of this table, or one that names the column, as in tables of all measures."""
    with suppress(KeyError):
        return column(table, name)
    with suppress(KeyError):
        return quantity(name)
    return None
