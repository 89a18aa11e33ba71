"""What a chart draws: its specification, and the rows behind a layer."""

import json
from typing import Any

import altair as alt


def spec(chart: alt.Chart | alt.LayerChart) -> dict[str, Any]:
    """The chart as Vega-Lite, valid, and the same after a round trip."""
    written = chart.to_dict()
    assert alt.Chart.from_json(json.dumps(written)).to_dict() == written
    return written


def rows(written: dict[str, Any], layer: int = 0) -> list[dict[str, Any]]:
    """The data of a layer; what all layers share stands above them."""
    return list(written["datasets"][(written["layer"][layer].get("data") or written["data"])["name"]])
