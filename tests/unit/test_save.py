"""Files that go into papers: sizes, fonts, metadata, and nothing that runs."""

import json
import os
import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pyarrow import parquet
from pypdf import PdfReader

import mhattn_core as mh
from mhattn_core.attention.tables import matrix_table
from mhattn_core.charts.fonts import CHINESE, LATIN, families, undrawn
from mhattn_core.charts.presets import PRESETS, fitted
from mhattn_core.charts.save import chart_bytes, file_stem
from mhattn_core.charts.table_export import table_bytes
from mhattn_core.charts.theme import label_expression
from mhattn_core.version import VERSION

NOTE = "minilm@0123abcd"
WORDS = ["虽然", "天气", "</script>"]


def cells(queries: int = 2, keys: int = 3) -> pd.DataFrame:
    weights = np.random.default_rng(0).dirichlet(np.ones(keys + 1), size=queries)
    return matrix_table(
        weights[:, :-1], [f"q{n}" for n in range(queries)], (WORDS * keys)[:keys], special_mass=weights[:, -1]
    )


@pytest.mark.parametrize(("preset", "inches"), [("column", 3.03), ("page", 6.3)])
def test_a_pdf_has_the_width_of_its_place_vector_cells_and_its_fonts(preset: str, inches: float) -> None:
    page = PdfReader(BytesIO(chart_bytes(mh.charts.matrix(cells()), "pdf", preset=preset, note=NOTE)))
    assert float(page.pages[0].mediabox.width) == pytest.approx(inches * 72, abs=0.1)
    assert page.metadata is not None
    assert page.metadata["/Subject"] == f"{NOTE} · mhattn {VERSION}"
    assert not page.pages[0].images
    fonts = [font.get_object() for font in page.pages[0]["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(described)


def test_a_slide_is_sixteen_by_nine() -> None:
    box = PdfReader(BytesIO(chart_bytes(mh.charts.matrix(cells()), "pdf", preset="slide"))).pages[0].mediabox
    assert float(box.width) / float(box.height) == pytest.approx(16 / 9, rel=0.02)


def test_type_is_eight_points_in_a_column() -> None:
    svg = chart_bytes(mh.charts.matrix(cells()), "svg", preset="column", note=NOTE).decode()
    assert f"<desc>{NOTE} · mhattn {VERSION}</desc>" in svg
    width, layout = (float(size) for size in re.search(r'width="([\d.]+)pt".*?viewBox="0 0 ([\d.]+)', svg).groups())  # type: ignore[union-attr]
    sizes = {float(size) * width / layout for size in re.findall(r'font-size="([\d.]+)px"', svg)}
    # What stands below, where the numbers come from, is smaller.
    assert sorted(round(size, 1) for size in sizes) == [6.4, 8]
    assert "<image" not in svg


def test_a_png_says_where_it_comes_from() -> None:
    image = Image.open(BytesIO(chart_bytes(mh.charts.matrix(cells()), "png", preset="column", note="模型@1")))
    assert image.info["Description"] == f"模型@1 · mhattn {VERSION}"
    assert image.width == pytest.approx(3.03 * 300, abs=2)


def test_a_web_page_carries_all_that_draws_it_and_words_stay_words() -> None:
    page = chart_bytes(mh.charts.matrix(cells()), "html", note="<b>").decode()
    assert "&lt;b&gt;" in page
    assert page.count("</script>") == 2
    assert "default-src 'none'" in page


def test_json_is_the_chart_with_its_origin() -> None:
    spec = json.loads(chart_bytes(mh.charts.matrix(cells()), "json", note=NOTE))
    assert spec["usermeta"] == {"mhattn": f"{NOTE} · mhattn {VERSION}"}
    assert spec["background"] == "white"


def test_crowded_words_are_thinned_not_overprinted_and_the_chart_stays_as_it_was() -> None:
    spec = mh.charts.matrix(cells(30, 40)).to_dict()
    before = json.dumps(spec)
    axis = fitted(spec, PRESETS["column"])["layer"][0]["encoding"]["x"]["axis"]
    assert json.dumps(spec) == before
    pitch = PRESETS["column"].width / PRESETS["column"].scale / 41
    assert (
        min(np.diff(axis["values"])) * 0.75 * pitch > axis["labelFontSize"]
    )  # the words have at least three quarters of the width
    assert axis["values"][-1] == 40  # the special column is always named


def test_chinese_is_not_the_missing_glyph() -> None:
    if undrawn("虽") and not os.environ.get("CI"):
        pytest.skip("no font with Chinese on this machine; install one (fonts-noto-cjk) to run this test")
    assert not undrawn("虽然 the, ça")
    assert undrawn("a\U0010abcd虽") == "\U0010abcd"


@pytest.mark.parametrize(
    ("words", "note", "expected"),
    [
        (["the", "ça", "→ ✕"], "", LATIN),
        (["the", "虽然"], "", CHINESE),
        (["the", "𠀀"], "", CHINESE),
        (["the"], "，", CHINESE),
    ],
)
def test_a_chinese_font_is_asked_for_where_a_figure_has_chinese(words: list[str], note: str, expected: str) -> None:
    axis = {"labelExpr": label_expression(words)}
    spec = {"mark": "text", "encoding": {"x": {"field": "column", "axis": axis}}}
    assert families(spec | {"description": note}) == expected
    fit = fitted(
        {"mark": "text", "data": {"values": [{"word": word} for word in words]}}, PRESETS["page"], footnote=note
    )
    assert fit["config"]["font"] == expected


def test_a_cell_is_never_a_formula_and_numbers_stay_numbers() -> None:
    table = pd.DataFrame({"=x": ["=1+1", "@a", "-b", "\tc", "plain", "虽然"], "n": [-1.5, 2, 3, 4, 5, 6]})
    written = table_bytes(table, "csv")
    assert written.startswith(b"\xef\xbb\xbf")
    lines = written.decode("utf-8-sig").split("\r\n")
    assert lines[:4] == ["'=x,n", "'=1+1,-1.5", "'@a,2.0", "'-b,3.0"]
    assert lines[4].startswith("'\t")
    assert table["=x"][0] == "=1+1"


def test_parquet_brings_everything_back_with_its_origin() -> None:
    table = cells()
    read = parquet.read_table(BytesIO(table_bytes(table, "parquet", note=NOTE)))
    assert read.schema.metadata[b"mhattn"].decode() == f"{NOTE} · mhattn {VERSION}"
    pd.testing.assert_frame_equal(read.to_pandas(), table, check_dtype=False)


def test_latex_is_escaped() -> None:
    lines = (
        table_bytes(pd.DataFrame({"a_b": ["50 % & \\x{y}~^"], "v": [0.12345], "none": [np.nan]}), "tex", note="m@1\nx")
        .decode()
        .split("\n")
    )
    assert lines[0] == f"% m@1 x · mhattn {VERSION}"
    assert r"a\_b & v & none \\" in lines
    assert r"50 \% \& \textbackslash{}x\{y\}\textasciitilde{}\textasciicircum{} & 0.123 & -- \\" in lines


def test_save_goes_by_the_ending_and_refuses_others(tmp_path: Path) -> None:
    chart = mh.charts.matrix(cells())
    assert mh.save(chart, tmp_path / "figure.PDF", preset="column").read_bytes().startswith(b"%PDF")
    assert mh.save(cells(), tmp_path / "numbers.csv").is_file()
    with pytest.raises(mh.Problem, match="png"):
        mh.save(chart, tmp_path / "figure.csv")
    with pytest.raises(mh.Problem, match="parquet"):
        mh.save(cells(), tmp_path / "numbers.pdf")
    with pytest.raises(KeyError):
        mh.save(chart, tmp_path / "figure.pdf", preset="poster")
    assert not (tmp_path / "figure.csv").exists()


def test_a_pattern_is_drawn_from_python(minilm: mh.Model) -> None:
    seen = mh.attend(minilm, mh.SentencePair("The cat sits on the mat"))
    chart = mh.charts.pattern(seen, "encoder", 3, 7)
    assert chart.to_dict()["title"] == "minilm · L3 H7"
    with pytest.raises(IndexError):
        mh.charts.pattern(seen, "encoder", 6, 0)


def test_a_files_name_is_safe() -> None:
    assert file_stem("org/name@rev encoder L3 H7") == "org-name-rev-encoder-L3-H7"
    assert file_stem("../../etc") == "etc"
    assert file_stem("虽然") == "figure"
