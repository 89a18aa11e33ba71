"""A chart or its table as a file: what stands in a paper, a slide or a notebook."""

import json
import math
import re
from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import vl_convert
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mhattn_core.charts.presets import PRESETS, TYPE, Preset
from mhattn_core.charts.presets import fitted as fit
from mhattn_core.charts.table_export import TABLES, table_bytes
from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.version import VERSION

FIGURES = ("png", "svg", "pdf", "html", "json")
VEGALITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])


def save(what: alt.TopLevelMixin | pd.DataFrame, path: str | Path, *, preset: str = "screen", note: str = "") -> Path:
    """Write a chart (.png .svg .pdf .html .json) or a table (.csv .parquet .tex); the file's ending says which.

    preset: ``screen`` (700 px), ``slide`` (16:9, 20 pt), ``column`` (3.03 in, 8 pt) or ``page`` (6.3 in, 8 pt); tables
    have none.
    note: what the numbers come from, ``model@revision`` or a run with its models; it stands below the figure, and with
    this version in the file's metadata.
    Raises Problem for an ending that cannot hold it; KeyError for an unknown preset.
    """
    path = Path(path)
    format_ = path.suffix.removeprefix(".").lower()
    path.write_bytes(
        table_bytes(what, format_, note=note)
        if isinstance(what, pd.DataFrame)
        else chart_bytes(what, format_, preset=preset, note=note)
    )
    return path


def file_stem(name: str) -> str:
    """A file's name of letters, digits, dots and dashes only."""
    return re.sub(r"[^A-Za-z0-9]*[^A-Za-z0-9.]+[^A-Za-z0-9]*", "-", name).strip("-.")[:80] or "figure"


def chart_bytes(chart: alt.TopLevelMixin, format_: str, *, preset: str = "screen", note: str = "") -> bytes:
    """A chart as the content of a file; see ``save``. ``html`` opens without a network, ``pdf`` carries its fonts."""
    if format_ not in FIGURES:
        raise Problem(
            _("A chart cannot be saved as “{format}”.").format(format=format_),
            _("Choose one of: {formats}. Tables go into: {tables}.").format(
                formats=listed(FIGURES), tables=listed(TABLES)
            ),
        )
    size = PRESETS[preset]
    origin = " · ".join(part for part in (note, f"mhattn {VERSION}") if part)
    spec, drawn = _laid_out(chart.to_dict(validate=False), size, note)
    spec |= {"usermeta": {"mhattn": origin}}
    if format_ == "json":
        return json.dumps(spec, ensure_ascii=False, indent=1).encode()
    if format_ == "html":
        return _html(spec, origin).encode()
    svg = drawn or vl_convert.vegalite_to_svg(spec, vl_version=VEGALITE)
    # Views beside one another have a width of their own.
    width, height = _size(svg)
    scale = min(size.scale, size.width / width, (size.height or size.tallest) / height)
    if format_ == "png":
        return _png(vl_convert.svg_to_png(svg, scale=scale, ppi=size.ppi), size, origin)
    if format_ == "pdf":
        # A pixel of the SVG becomes a point of the PDF.
        return _pdf(vl_convert.svg_to_pdf(_resized(svg, scale, "")), origin)
    head, rest = _resized(svg, scale, "pt").split(">", 1)
    return f"{head}><desc>{escape(origin)}</desc>{rest}".encode()


def _laid_out(spec: dict[str, Any], size: Preset, note: str) -> tuple[dict[str, Any], str]:
    """For the preset; the rows of a list too long for a page stand nearer together, as near as their words allow. With
    it its SVG, empty where it was not drawn to be measured.
    """
    fitted = fit(spec, size, footnote=note)
    step = fitted["height"].get("step") if isinstance(fitted.get("height"), dict) else None
    if step is None or math.isinf(size.tallest):
        return fitted, ""
    svg = vl_convert.vegalite_to_svg(fitted, vl_version=VEGALITE)
    height = _size(svg)[1] * size.scale
    if height <= size.tallest:
        return fitted, svg
    return fit(spec, size, footnote=note, step=max(step * 0.92 * size.tallest / height, TYPE)), ""


def _size(svg: str) -> tuple[float, float]:
    """Width and height in the layout's pixels."""
    ((width, height),) = re.findall(r'width="([\d.]+)" height="([\d.]+)" viewBox=', svg)
    return float(width), float(height)


def _resized(svg: str, scale: float, unit: str) -> str:
    """The same drawing on a page of the preset's own size."""

    def resized(matched: re.Match[str]) -> str:
        width, height = (float(side) * scale for side in matched.groups())
        return f'width="{width:.2f}{unit}" height="{height:.2f}{unit}" viewBox='

    return re.sub(r'width="([\d.]+)" height="([\d.]+)" viewBox=', resized, svg, count=1)


def _pdf(pdf: bytes, origin: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    writer.add_page(PdfReader(BytesIO(pdf)).pages[0])
    writer.add_metadata({"/Subject": origin, "/Creator": f"mhattn {VERSION}"})
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def _png(png: bytes, size: Preset, origin: str) -> bytes:
    said = PngInfo()
    said.add_itxt("Description", origin)
    file = BytesIO()
    Image.open(BytesIO(png)).save(file, format="PNG", pnginfo=said, dpi=(size.ppi, size.ppi))
    return file.getvalue()


@cache
def _vega() -> str:
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGALITE)


def _html(spec: dict[str, Any], origin: str) -> str:
    """A page that carries all that draws it, and that a browser keeps from calling anywhere."""
    # A word such as </script> must not end the script.
    written = json.dumps(spec, ensure_ascii=False).replace("<", "\\u003c")
    policy = (
        "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:"
    )
    return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="description" content="{escape(origin)}">
<title>{escape(origin)}</title>
</head>
<body>
<div id="chart"></div>
<script type="module">{_vega()}</script>
<script type="module">window.vegaEmbed("#chart", {written}, {{renderer: "svg"}});</script>
<p style="font: 11px sans-serif; color: #595959">{escape(origin)}</p>
</body>
</html>
"""
