"""The page Runs and runs as evidence, without a browser."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from own_runs import bring, choose, measured, occupy, page, press, settle
from reading import go_to, open_page, specs, texts

import mhattn_core as mh
from mhattn_core.measures.quantities import of_family
from mhattn_core.runs import store
from mhattn_core.runs.cost import Cost
from mhattn_core.runs.sets import SETS, seconds_of
from mhattn_core.text.reading import samples

pytestmark = pytest.mark.usefixtures("own_folder")


# A run that is there


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_opens_on_a_run_that_ships(lang: str) -> None:
    app = page(lang=lang)
    said = texts(app)
    assert specs(app)
    assert not app.error
    assert "UD_English-EWT" in said
    assert "CC BY-SA 4.0" in said
    if lang == "zh":
        allowed = r"`[^`]*`|\*[^*]*\*|:\w+-badge\[:\S+|minilm|smollm2|@random|@shuffled|L\d+ H\d+|ln|mhattn|Universal Dependencies, UD_English-EWT, dev|CC BY-SA"
        assert set(re.findall(r"[A-Za-z]{2,}", re.sub(allowed, "", said))) <= {"PAIRS", "csv", "Poisson"}


def test_what_it_says_is_what_its_table_says() -> None:
    rows = store.shipped()[0].open().heads.query("measure == 'entropy.normalised'")
    top = rows.loc[rows["value"].idxmin()]
    said = texts(page())
    assert f"{top['n']:,} pairs" in said
    assert (
        f"{top['model']} · L{top['layer']} H{top['head']} with {top['value']:.2f}. "
        f"Its 95 % interval: {top['low']:.3f} to {top['high']:.3f}." in said
    )


def test_every_run_that_ships_is_read_by_a_measure_of_its_own() -> None:
    app = page()
    for number, key in enumerate(app.selectbox(key="run-shown").options):
        run = next(run for run in store.shipped() if key.startswith(f"{run.about.name}:"))
        app.selectbox(key="run-shown").set_value(run.key).run()
        # Another measure of each run; the findings of every measure are drawn in test_findings.
        titles = app.selectbox(key="run-measure").options
        title = titles[number % len(titles)]
        measure = next(code for code, one in of_family("basic").items() if one.title == title)
        app.selectbox(key="run-measure").set_value(measure).run()
        assert not app.exception, (run.key, measure)
        assert not app.error, (run.key, measure)


def test_two_runs_of_a_model_are_compared() -> None:
    app = page("Compare two runs")
    said = texts(app)
    assert re.search(r"rank correlation of (0\.\d\d|1\.00); of 72 heads, \d+ have intervals that do not meet", said)
    assert specs(app)


def test_all_that_a_run_says_can_be_read_by_name() -> None:
    app = page()
    app.session_state["run-findings"] = True
    app.run()
    names = app.selectbox(key="run-finding").options
    assert {"head_grid", "by_depth"} <= set(names)
    for name in names[::8]:  # all are drawn in test_findings
        app.selectbox(key="run-finding").set_value(name).run()
        assert not app.exception, name
        assert not app.error, name


# Measuring


def test_what_it_will_cost_is_said_before_it_starts_and_nothing_is_made() -> None:
    said = texts(bring())
    assert re.search(r"about \d+ s\*\*, \d+ MB of memory and \d+ MB on disk, for 4 pairs and \d+ tokens", said)
    assert "Told from 4 pairs" in said
    assert not store.saved()


def test_each_set_of_measures_says_how_long_it_takes() -> None:
    app = bring()
    sets = app.radio(key="run-set")
    times = [caption for caption in sets.proto.captions if caption]
    assert len(times) == 4
    assert all(re.fullmatch(r"about \d[\d.]* (s|min|h)", time) for time in times)
    assert sets.value == "quick"
    app = sets.set_value("roles").run()
    assert "relations" in texts(app)
    with_parts = Cost("m", 0, 0, 0, 9.0, {"forward": 1.0, "tokens": 0.5, "basic": 0.25, "relations": 8.0}, 0.0, 4, ())
    assert seconds_of([with_parts, with_parts], SETS["quick"]) == 3.5
    assert seconds_of([with_parts], SETS["roles"]) == 9.75


def test_pairs_that_were_brought_on_another_page_are_measured_here() -> None:
    app = open_page("home")
    app.file_uploader[0].set_value(("brought.csv", samples()["pairs.csv"], "application/octet-stream")).run()
    app.multiselect(key="models").set_value(["minilm"])
    app = choose(go_to(app, "runs"), "Measure my pairs")
    assert "brought.csv" in [box.value for box in app.text_input]
    assert any(button.label == "Start" for button in app.button)


def test_the_same_run_is_not_started_twice() -> None:
    occupy()
    app = press(bring(), "Start")
    (start,) = [button for button in app.button if button.label == "Start"]
    assert start.disabled
    app.radio(key="run-set").set_value("roles").run()
    assert not next(button for button in app.button if button.label == "Start").disabled


def test_an_unfinished_run_is_deleted_only_after_a_question() -> None:
    run = store.create("left", ("minilm",), ("basic",), bring_upload())
    app = page()
    assert "Delete left with all its tables?" in texts(app).replace("*", "")
    app.button(key=f"delete-{run.key}").click().run()
    assert not store.saved()


def test_an_upload_is_measured_listed_opened_and_deleted() -> None:
    app = bring(
        "mine.csv", b"source,target\nThe cat slept.,It was tired.\n,empty\n" + b"word " * 900 + b",x\nRain fell.,\n"
    )
    app = press(app, "Start")
    settle()
    (run,) = store.saved()
    skipped = run.open().skipped
    assert skipped["line"].tolist() == [3, 4]
    assert skipped["model"].tolist() == ["", "minilm"]
    app.run()
    assert "mine.csv is finished" in texts(app).replace("*", "")
    app = press(app, "Open it")
    said = texts(app)
    assert "2 pairs" in said
    assert any(
        frame.value.get("line") is not None and frame.value["line"].tolist() == [3, 4] for frame in app.dataframe
    )
    app = press(app, "Yes, delete it")
    assert not store.saved()
    assert re.search(r"2,001 pairs", texts(app))  # the one that ships


def test_the_numbers_are_those_of_the_library(minilm: Any, tmp_path: Path) -> None:
    import mhattn_core as mh
    from mhattn_core.text.reading import read_pairs

    by_page = measured().open().heads
    by_hand = mh.analyze([minilm], read_pairs(("pairs.csv", samples()["pairs.csv"])), out=tmp_path / "by-hand").heads
    pd.testing.assert_frame_equal(by_page, by_hand)


def test_one_works_and_the_next_sees_its_place_and_can_leave_the_queue() -> None:
    occupy()
    app = press(bring(), "Start")
    assert "pairs.csv waits for its turn: one job comes before it" in texts(app).replace("*", "")
    other = press(bring("other.csv"), "Start")
    assert "other.csv waits for its turn: 2 jobs come before it" in texts(other).replace("*", "")
    key = next(run.key for run in store.saved() if run.about.name == "pairs.csv")
    app.button(key=f"cancel-{key}").click().run()
    assert "It was cancelled" in texts(app)
    assert "one job comes before it" in texts(other.run())


def test_a_run_that_lost_its_server_goes_on_with_the_pairs_it_had() -> None:
    from mhattn_core.text.reading import read_pairs

    run = store.create("left", ("minilm",), ("basic",), read_pairs(("pairs.csv", samples()["pairs.csv"])))
    app = page()
    assert "left is not finished" in texts(app).replace("*", "")
    app = press(app, "Go on")
    settle()
    (found,) = store.saved()
    assert found.finished
    assert len(found.open().pairs) == 4
    assert not (run.folder / ".given.jsonl").exists()


def test_pairs_that_are_gone_are_told() -> None:
    run = store.create("left", ("minilm",), ("basic",), bring_upload())
    (run.folder / ".given.jsonl").unlink()
    app = press(page(), "Go on")
    assert "not here any more" in app.error[0].value.replace("\\", "")


def bring_upload() -> Any:
    from mhattn_core.text.reading import read_pairs

    return read_pairs(("pairs.csv", samples()["pairs.csv"]))


def test_a_failure_is_told_where_the_run_is(monkeypatch: pytest.MonkeyPatch) -> None:
    store.create("missing model", ("./nowhere",), ("basic",), bring_upload())
    app = press(page(), "Go on")
    settle()
    assert "no model in the folder" in texts(app.run())


def test_a_link_to_a_run_opens_it_and_one_that_is_gone_is_told() -> None:
    run = measured()
    assert "4 pairs" in texts(page(run=run.key))
    store.delete(run.key)
    assert "is not here" in texts(page(run=run.key))


def test_a_run_without_basic_measures_opens_too() -> None:
    mh.analyze(
        ["minilm"],
        [mh.SentencePair("The dog ran.", "It barked.")],
        out=store.runs_folder() / "by-hand",
        measures=("segments",),
    )
    said = texts(page(run="by-hand"))
    assert "What it did measure (segments) stands on the pages" in said
    assert "Over " not in said


# A shared copy


def test_a_shared_copy_lists_a_run_only_to_whoever_made_it_or_has_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHATTN_HOSTED", "1")
    app = press(bring(), "Start")
    settle()
    (run,) = store.saved()
    own, stranger, linked = app.run(), page(), page(run=run.key)
    assert "pairs.csv" in texts(own)
    for other, sees in ((stranger, False), (linked, True)):
        assert any("pairs.csv" in option for option in other.selectbox(key="run-shown").options) is sees
        assert any("pairs.csv" in option for option in other.selectbox(key="evidence").options) is sees


def test_a_shared_copy_takes_five_hundred_pairs() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MHATTN_HOSTED", "1")
        app = bring("long.txt", b"One.\n" * 501)
        assert "500 rows" in app.error[0].value
        assert not any(button.label == "Start" for button in app.button)
