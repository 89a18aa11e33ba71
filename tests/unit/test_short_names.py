"""Short names of models."""

import json

import altair as alt
import pandas as pd
import pytest

from mhattn_core.findings.markdown import escape, plain
from mhattn_core.findings.short import ShortNames
from mhattn_core.findings.value import Finding
from mhattn_core.models.short_names import short_names


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        # The catalogue's own have none.
        (["minilm", "smollm2@random"], {}),
        (["/data/runs/tuned"], {"/data/runs/tuned": "tuned"}),
        (["/data/runs/tuned/"], {"/data/runs/tuned/": "tuned"}),
        (["~/m/small.gguf"], {"~/m/small.gguf": "small.gguf"}),
        (["./tuned"], {"./tuned": "tuned"}),
        # As many parts as tell them apart.
        (
            ["/data/base/checkpoint-500", "/data/tuned/checkpoint-500"],
            {
                "/data/base/checkpoint-500": "base/checkpoint-500",
                "/data/tuned/checkpoint-500": "tuned/checkpoint-500",
            },
        ),
        (["prajjwal1/bert-tiny"], {"prajjwal1/bert-tiny": "bert-tiny"}),
        (["a/bert", "b/bert"], {}),
        (["a/bert@refs/pr/1", "a/bert"], {"a/bert@refs/pr/1": "bert@refs/pr/1", "a/bert": "bert"}),
        # What the catalogue calls something else stays whole.
        (["./minilm"], {}),
        # A control is its model's.
        (["/data/tuned@random", "/data/tuned"], {"/data/tuned": "tuned"}),
        # A slash in a revision is none of the name.
        (["gpt2@refs/pr/2"], {}),
    ],
)
def test_they_are_as_short_as_they_can_be_told_apart(names: list[str], expected: dict[str, str]) -> None:
    assert short_names(names) == expected


NAMES = ShortNames({"/data/my_base": "my_base", "/data/my_base-large": "my_base-large", "org/[b]*x*": "[b]*x*"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In /data/my_base 3 heads.", "In my_base 3 heads."),
        ("/data/my_base-large and /data/my_base.", "my_base-large and my_base."),
        ("/data/my_base@random · L3 H7", "my_base@random · L3 H7"),
        # Parts of other names.
        ("/home/data/my_base", "/home/data/my_base"),
        ("/data/my_base/step", "/data/my_base/step"),
        ("/data/my_base_2, /data/my_base.old", "/data/my_base_2, /data/my_base.old"),
    ],
)
def test_a_name_is_put_for_a_whole_name_only(text: str, expected: str) -> None:
    assert NAMES.text(text) == expected
    assert plain(NAMES.markdown(escape(text))) == expected


def test_markup_of_a_short_name_stays_escaped() -> None:
    assert NAMES.markdown(f"**{escape('org/[b]*x*')}**") == f"**{escape('[b]*x*')}**"
    assert NAMES.label("org/[b]*x*@random") == escape("[b]*x*@random")


@pytest.mark.parametrize("name", ["/data/my_base", "/data/my_base@shuffled", "/data/my_base-large · L0 H1", "minilm"])
def test_what_was_clicked_is_the_name_of_the_table(name: str) -> None:
    assert NAMES.full(NAMES.name(name)) == name


def test_a_finding_is_shown_short_and_keeps_its_table() -> None:
    table = pd.DataFrame({"model": ["/a/数/m"], "layer": [3], "value": [0.25]})
    finding = Finding(
        "a",
        f"**{escape('/a/数/m')}** is one.",
        table,
        lambda chosen="": (
            alt.Chart(table)
            .mark_bar()
            .encode(alt.X("value").title("of /a/数/m"), color=alt.value(chosen), detail="model")
            .transform_filter(f"datum.model == {json.dumps('/a/数/m')}")
        ),
        "",
        2,
    )
    short = finding.short()
    assert short.text == "m is one. (2 pairs)"
    assert short.table is table
    spec = short.draw(chosen="red").to_dict()
    (rows,) = spec["datasets"].values()
    assert rows == [{"model": "m", "layer": 3, "value": 0.25}]
    assert spec["transform"] == [{"filter": 'datum.model == "m"'}]
    assert spec["encoding"]["x"]["title"] == "of m"
    assert spec["encoding"]["color"]["value"] == "red"
    assert "/a/" not in finding._repr_mimebundle_()["text/html"]
