"""The chart of lines as Vega itself draws it: which lines stand, for every choice that a reader makes in the
browser.
"""

import json
import re
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest
import vl_convert
from drawn import spec
from PIL import Image

from mhattn_core import charts
from mhattn_core.attention.line_tables import MEAN, AttentionWeights, line_table, word_rows
from mhattn_core.charts.attention_drawn import Drawn, head_colour
from mhattn_core.charts.attention_layout import fits_rows
from mhattn_core.charts.attention_lines import attention_lines
from mhattn_core.charts.save import VEGALITE, chart_bytes

# Two words of A and B look at three words and, at the end, special tokens; two layers of two heads.
WEIGHTS = np.array(
    [
        [[[0.6, 0.1, 0.1, 0.2], [0.0, 0.5, 0.3, 0.2]], [[0.0, 0.0, 0.9, 0.1], [0.3, 0.3, 0.3, 0.1]]],
        [[[0.01, 0.02, 0.07, 0.9], [0.8, 0.1, 0.1, 0.0]], [[0.2, 0.2, 0.2, 0.4], [0.25, 0.25, 0.25, 0.25]]],
    ]
)
KNOWN = (False, False, False, False)


def of(weights: np.ndarray = WEIGHTS) -> AttentionWeights:
    return AttentionWeights(
        weights, ("the", "it"), ("the", "cat", "it", ""), ("a", "b"), ("a", "a", "b", ""), KNOWN[:2], KNOWN, True
    )


def made(*models: str) -> Drawn:
    """Models with the same weights, each on head L0 H1."""
    table, _least = line_table(of(), most=1000)
    numbers = range(len(models))
    panels = pd.DataFrame({"panel": numbers, "model": models, "layer": 0, "head": 1, "layers": 2, "most": 1.0})
    words = pd.concat([word_rows(of(), "special").assign(panel=panel) for panel in numbers])
    return Drawn(panels, words, pd.concat([table.assign(panel=panel) for panel in numbers]))


def chosen(written: dict[str, Any], **values: Any) -> dict[str, Any]:
    """The chart after a reader's choices."""
    changed = json.loads(json.dumps(written))
    for name, value in values.items():
        next(param for param in changed["params"] if param["name"] == name)["value"] = value
    return changed


def lines(written: dict[str, Any]) -> list[tuple[str, str, str, float]]:
    """What is drawn: head, from, to, weight."""
    return [(head.split(" · ")[-1], query, key, weight) for head, query, key, weight, *_ends in drawn_lines(written)]


def drawn_lines(written: dict[str, Any]) -> list[tuple[str, str, str, float, tuple[float, float], tuple[float, float]]]:
    """What is drawn, and where each line begins and ends."""
    number = r"(-?[\d.]+)"
    found = re.findall(
        rf'<line aria-label="(.*?): (\w+) → (\w+) ([\d.]+)"[^>]*translate\({number},{number}\)"([^>]*)>',
        vl_convert.vegalite_to_svg(written, vl_version=VEGALITE),
    )
    made = []
    for name, query, key, weight, x, y, rest in found:
        ends = {axis: float(value) for axis, value in re.findall(rf'([xy])2="{number}"', rest)}
        begin = (float(x), float(y))
        made.append((name, query, key, float(weight), begin, (begin[0] + ends["x"], begin[1] + ends["y"])))
    return made


def words_at(written: dict[str, Any], text: str) -> list[tuple[float, float]]:
    """Where a word stands."""
    svg = vl_convert.vegalite_to_svg(written, vl_version=VEGALITE)
    found = re.findall(rf"<text[^>]*translate\((-?[\d.]+),(-?[\d.]+)\)[^>]*>{text}</text>", svg)
    return [(float(x), float(y)) for x, y in found]


def test_the_chosen_head_stands_with_its_weights_and_special_tokens_wait() -> None:
    assert sorted(lines(spec(attention_lines(made("m"))))) == [
        ("L0 H1", "it", "cat", 0.3),
        ("L0 H1", "it", "it", 0.3),
        ("L0 H1", "it", "the", 0.3),
        ("L0 H1", "the", "it", 0.9),
    ]


def test_a_word_shows_its_own_lines_in_every_model_with_special_tokens() -> None:
    written = spec(attention_lines(made("m", "m@random")))
    # A number for each word: 1 the first that attends, -3 the third attended to.
    assert (
        lines(chosen(written, word=[{"place": 1}]))
        == [
            ("L0 H1", "the", "it", 0.9),
            ("L0 H1", "the", "special", 0.1),
        ]
        * 2
    )
    assert sorted(lines(chosen(written, word=[{"place": -3}]))) == [
        *[("L0 H1", "it", "it", 0.3)] * 2,
        *[("L0 H1", "the", "it", 0.9)] * 2,
    ]


def test_layer_heads_mean_and_block_are_chosen_without_the_server() -> None:
    written = spec(attention_lines(made("m")))
    second = chosen(written, in_layer=1)
    assert {(word, to, weight) for _head, word, to, weight in lines(second)} == {
        *(("the", to, 0.2) for to in ("the", "cat", "it")),
        *(("it", to, 0.25) for to in ("the", "cat", "it")),
    }
    every = lines(chosen(written, show="all", block="ab"))
    assert sorted(every) == [("L0 H0", "the", "it", 0.1), ("L0 H1", "the", "it", 0.9)]
    assert lines(chosen(written, show="all", block="ab", heads=[{"number": "0"}])) == [("L0 H0", "the", "it", 0.1)]
    mean = lines(chosen(written, show="mean", block="ba"))
    assert sorted(mean) == [("L0", "it", "cat", 0.4), ("L0", "it", "the", 0.15)]


def test_a_model_of_other_depth_shows_the_same_relative_layer() -> None:
    both = made("m", "deep")
    deep = np.stack([WEIGHTS[0], WEIGHTS[0], WEIGHTS[1]])
    own = both.lines[both.lines["panel"] == 0]
    table, _least = line_table(of(deep), most=1000)
    panels = both.panels.assign(layers=[2, 3])
    drawn = Drawn(panels, both.words, pd.concat([own, table.assign(panel=1)]))
    assert {head for head, *_rest in lines(chosen(spec(attention_lines(drawn)), in_layer=1))} == {"L1 H1", "L2 H1"}


@pytest.mark.parametrize("rows", [False, True])
def test_lines_run_from_the_word_that_attends_to_the_word_attended_to(rows: bool) -> None:
    written = spec(attention_lines(made("m"), rows=rows))
    axis = 0 if rows else 1
    line = next(line for line in drawn_lines(written) if line[1:3] == ("it", "cat"))
    attends, _attended_to = words_at(written, "it")
    (cat,) = words_at(written, "cat")
    # A word's letters are centred a little below its place.
    assert line[4][axis] == pytest.approx(attends[axis], abs=6)
    assert line[5][axis] == pytest.approx(cat[axis], abs=6)
    assert line[4][1 - axis] < line[5][1 - axis]
    assert attends[1 - axis] < cat[1 - axis]


def test_narrow_screens_get_the_chosen_layer_alone_one_model_below_another() -> None:
    wide, narrow = (spec(attention_lines(made("m", "n"), narrow=narrow)) for narrow in (False, True))
    assert lines(wide) == lines(narrow)
    text = json.dumps(narrow)
    assert "\\n1,0," not in text  # a row of the second layer
    assert narrow["height"] > 1.8 * wide["height"]
    assert "in_layer" not in {param["name"] for param in narrow["params"]}


def test_the_weakest_lines_go_first_where_there_are_too_many() -> None:
    table, least = line_table(of(), most=1000)
    assert least == 0.05
    assert len(table[table["head"] != MEAN]) == int((WEIGHTS >= 0.05).sum())
    few, least = line_table(of(), most=3)
    assert sorted(few["weight"]) == [0.8, 0.9, 0.9]
    assert least == 0.8


def test_words_that_no_piece_covers_have_no_lines_and_unknown_ones_are_marked() -> None:
    unseen = WEIGHTS.copy()
    unseen[:, :, 1] = np.nan
    table, _least = line_table(of(unseen), most=1000)
    assert set(table["query_position"]) == {0}
    marked = AttentionWeights(
        WEIGHTS, ("the", "it"), ("the", "cat", "it", ""), ("a", "b"), ("a", "a", "b", ""), (False, True), KNOWN, True
    )
    assert word_rows(marked, "special")["text"].tolist() == ["the", "▨ it", "the", "cat", "it", "special"]


def test_short_chinese_stands_in_rows() -> None:
    def words(*texts: str) -> pd.DataFrame:
        return pd.DataFrame({"text": texts, "position": range(len(texts)), "special": False})

    assert fits_rows(words("虽然", "天气", "不好"))
    assert not fits_rows(words("虽然", "天气", "不好", *["我们"] * 40))
    assert not fits_rows(words("the", "cat", "天气"))


@pytest.mark.parametrize("rows", [False, True])
@pytest.mark.parametrize("preset", ["screen", "slide", "column", "page"])
def test_a_figure_shows_lines_and_all_words(rows: bool, preset: str) -> None:
    chart = attention_lines(made("m", "m@random"), rows=rows)
    svg = chart_bytes(chart, "svg", preset=preset).decode()
    assert [svg.count(f">{word}</text>") for word in ("the", "cat", "it", "special")] == [4, 2, 4, 2]
    assert "m · L0 H1" in svg
    picture = Image.open(BytesIO(chart_bytes(chart, "png", preset=preset))).convert("RGB")
    wanted = tuple(int(head_colour(1)[place : place + 2], 16) for place in (1, 3, 5))
    near = np.abs(np.asarray(picture, dtype=int) - wanted).sum(axis=-1) < 60
    assert near.sum() > 100
    assert chart_bytes(chart, "pdf", preset=preset).startswith(b"%PDF")


def test_hostile_words_are_text() -> None:
    drawn = made("m")
    texts = drawn.words["text"].replace({"cat": "');alert(1)//</script>"})
    svg = chart_bytes(attention_lines(Drawn(drawn.panels, drawn.words.assign(text=texts), drawn.lines)), "svg").decode()
    assert "&lt;/script&gt;" in svg
    assert "</script>" not in svg


def test_bars_show_one_word_in_every_model() -> None:
    drawn = made("m", "n")
    weights = pd.DataFrame(
        [
            {
                "model": model,
                "head": 1,
                "query_position": query,
                "key_position": key,
                "query": "qu,ery" if query else "the",
                "key": f"k{key}",
                "weight": WEIGHTS[0, 1, query, key] * share,
                "kind": "special" if key == 3 else "weight",
            }
            for model, share in (("m", 1.0), ("n", 0.5))
            for query in (0, 1)
            for key in range(4)
        ]
    )
    written = spec(charts.attention_bars(drawn, weights))
    assert written["params"][0]["value"] == 0  # the word with the largest weight, 0.9

    def bars(written: dict[str, Any]) -> list[tuple[str, float]]:
        svg = vl_convert.vegalite_to_svg(written, vl_version=VEGALITE)
        found = re.findall(
            r'model: (\w); from: [^"]*?; to: \w+; weight: ([\d.]+)" role="graphics-symbol" [^>]*"rect', svg
        )
        return [(model, float(weight)) for model, weight in found]

    assert bars(written) == [*[("m", weight) for weight in (0, 0, 0.9, 0.1)], *[("n", w) for w in (0, 0, 0.45, 0.05)]]
    assert [weight for _model, weight in bars(chosen(written, from_word=1))][:4] == [0.3, 0.3, 0.3, 0.1]
