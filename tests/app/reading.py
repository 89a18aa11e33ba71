"""Reading a page that AppTest has run."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def texts(app: AppTest) -> str:
    """All that is written in words, one after the other, on a page that ended without an exception."""
    assert not app.exception, app.exception
    parts = [*app.markdown, *app.caption, *app.title, *app.header, *app.subheader, *app.warning, *app.error, *app.info]
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def specs(app: AppTest) -> list[dict[str, Any]]:
    """The specification of every chart."""
    return [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]
