"""Opening a page without a browser, and reading what it shows."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
# Far more than any page takes, since other tests run beside it.
TIMEOUT = 300


def dashboard(*, state: Mapping[str, Any] = MappingProxyType({}), **parameters: str | list[str]) -> AppTest:
    """The dashboard before its first run, in which the overview opens. state: of the session; parameters: of the
    address.

    A server runs dashboard.py each time and that runs the page. AppTest does so only for a script that has no folder
    ``pages`` beside it, so it gets the text of dashboard.py; otherwise it would run the page by itself.
    """
    app = AppTest.from_string((ROOT / "dashboard.py").read_text(encoding="utf-8"), default_timeout=TIMEOUT)
    for key, value in parameters.items():
        app.query_params[key] = value
    for key, value in state.items():
        app.session_state[key] = value
    return app


def open_page(name: str, *, state: Mapping[str, Any] = MappingProxyType({}), **parameters: str | list[str]) -> AppTest:
    """A page as a link to it opens in a new session. name: of its file."""
    app = dashboard(state=state, **parameters)
    return app.run() if name == "overview" else go_to(app, name)


def go_to(app: AppTest, name: str) -> AppTest:
    """Another page in the same session, as a link of the dashboard opens it. name: of its file."""
    return app.switch_page(str(ROOT / "pages" / f"{name}.py")).run()


def texts(app: AppTest) -> str:
    """All that is written in words, one after the other, on a page that ended without an exception."""
    assert not app.exception, app.exception
    parts = [*app.markdown, *app.caption, *app.title, *app.header, *app.subheader, *app.warning, *app.error, *app.info]
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def specs(app: AppTest) -> list[dict[str, Any]]:
    """The specification of every chart."""
    return [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]


def tables(app: AppTest, *columns: str) -> list[pd.DataFrame]:
    """The tables behind the charts that have these columns; Streamlit sends them beside the specification."""
    data = (part.data.data for chart in app.get("vega_lite_chart") for part in chart.proto.datasets)
    return [table for table in map(convert_arrow_bytes_to_pandas_df, data) if {*columns} <= {*table}]
