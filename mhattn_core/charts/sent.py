"""A chart on its way to a browser: its tables once, as Arrow data, and of them only what is drawn."""

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pyarrow as pa

from mhattn_core.charts.compose import Specification, with_tables

MOST_REPEATED = 0.5
"""A column of texts is sent as a dictionary where at most this share of its texts differ."""
WORD = re.compile(r"\w+")
TEXTS = frozenset({"title", "labelExpr", "url", "values"})
"""Properties whose texts are for people, or data."""


def sent(chart: alt.TopLevelMixin) -> Specification:
    """The specification with Arrow data under ``datasets``, each named by its content, as Streamlit sends it.

    Columns that no encoding, transform or selection names are left out; numbers go as 32 bits or fewer, exact to seven
    digits.
    """
    spec = with_tables(chart)
    tables = spec.pop("datasets", {})
    words = set(_words(spec))
    data = {name: _arrow(_drawn(table, words)) for name, table in tables.items() if isinstance(table, pd.DataFrame)}
    names = {name: f"data_{blake2b(content, digest_size=8).hexdigest()}" for name, content in data.items()}
    written: Specification = _renamed(spec, names)
    written["datasets"] = {names[name]: content for name, content in data.items()}
    written["datasets"] |= {name: rows for name, rows in tables.items() if name not in names}
    return written


def _words(value: Any) -> Iterator[str]:
    """Every word of a specification that may name a column."""
    if isinstance(value, str):
        yield value
        yield from WORD.findall(value)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            if name not in TEXTS or isinstance(one, Mapping):
                yield from _words(one)
    elif isinstance(value, list):
        for one in value:
            yield from _words(one)


def _drawn(table: pd.DataFrame, words: set[str]) -> pd.DataFrame:
    named = [name for name in table.columns if str(name) in words]
    return table[named or list(table.columns[:1])]


def _arrow(table: pd.DataFrame) -> bytes:
    columns = {str(name): _column(column) for name, column in table.items()}
    sink = pa.BufferOutputStream()
    written = pa.table(columns)
    with pa.ipc.new_stream(sink, written.schema) as stream:
        stream.write_table(written)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _column(column: "pd.Series[Any]") -> pa.Array:
    kind = column.dtype.kind
    if kind == "f":
        return pa.array(column.to_numpy(np.float32), from_pandas=True)
    if kind in "iu" and column.notna().all():
        return pa.array(pd.to_numeric(column, downcast="integer").to_numpy())
    values = pa.array(column.to_numpy(object), from_pandas=True)
    if not pa.types.is_string(values.type):
        return values
    coded = values.dictionary_encode()
    few = len(coded.dictionary)
    if few > MOST_REPEATED * len(coded):
        return values
    return pa.DictionaryArray.from_arrays(coded.indices.cast(pa.int8()), coded.dictionary) if few < 128 else coded


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Whatever names data by one of ``names`` names it by the new one."""
    if isinstance(value, dict):
        renamed = {key: _renamed(one, names) for key, one in value.items()}
        data = renamed.get("data")
        if isinstance(data, dict) and data.get("name") in names:
            renamed["data"] = data | {"name": names[data["name"]]}
        return renamed
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    return value
