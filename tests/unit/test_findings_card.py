"""The card of a head, from tables made up by hand."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from card_run import TABLES, A, B, written
from pypdf import PdfReader
from typer.testing import CliRunner

import mhattn_core as mh
from mhattn_core.charts.small_sentences import SmallSentence, shown_places, small_sentences
from mhattn_core.cli import command
from mhattn_core.findings.card.files import card_bytes
from mhattn_core.measures.cards.tables import COLUMNS


@pytest.fixture
def run(tmp_path: Path) -> mh.Run:
    return written(tmp_path, TABLES)


def test_the_table_made_up_here_is_like_the_real_one() -> None:
    assert set(TABLES["cards"][0]) == set(COLUMNS)


def test_a_card_says_all_that_was_measured_and_what_was_not(run: mh.Run) -> None:
    card = run.head(A, "encoder", 0, 1)
    assert card.head.name == "minilm · L0 H1"
    assert list(card.missing) == ["relation_profile", "head_parts", "head_detectors", "head_contribution"]
    assert "did not measure relations" in card.text
    assert "60% of its weight on words, 50% on words at most two away" in card.findings["head_distances"].text
    assert "distance 1 (2.2 times)" in card.findings["head_distances"].text
    assert "sat → The (0.90)" in card.findings["head_sentences"].text
    assert "+0.300 [+0.200, +0.400]; 2 of 2 heads" in card.findings["head_effect"].text
    assert "Most similar to L0 H1 in minilm: L0 H0 (0.020; on random words 0.050)" in card.text
    assert "smollm2 · L0 H0 (1 of 1 models)" in card.findings["head_counterparts"].text


def test_even_attention_is_drawn_with_the_heads_share_on_words(run: mh.Run) -> None:
    bins = run.head(A, "encoder", 0, 1).findings["head_distances"].table
    assert bins["even"].tolist() == pytest.approx([0.6 * 0.2, 0.6 * 0.3, 0.6 * 0.5])


def test_words_are_ordered_by_share_or_by_lift(run: mh.Run) -> None:
    by_mass = mh.finding(run, "head_words", head="L0 H1")
    assert by_mass.table["word"].tolist() == ["the", "<b>cat"]
    lifted = mh.finding(run, "head_words", head="L0 H1", by="lift")
    assert lifted.table["word"].tolist() == ["<b>cat", "the"]
    assert "“<b>cat” (× 4.0)" in lifted.text
    assert mh.finding(run, "head_words", head="L0 H1", side="query").table["word"].tolist() == ["sat"]
    for wrong in ({"by": "beauty"}, {"side": "left"}):
        with pytest.raises(mh.Problem, match="cannot be chosen"):
            mh.finding(run, "head_words", head="L0 H1", **wrong)


def test_without_its_sentences_a_run_names_ids(tmp_path: Path) -> None:
    run = written(tmp_path, {name: rows for name, rows in TABLES.items() if name != "card_sentences"})
    said = run.head(A, "encoder", 0, 1).findings["head_sentences"]
    assert "does not keep its sentences. First: p7" in said.text
    assert "query_word" not in said.table
    said.chart.to_dict()


def test_an_earlier_run_says_how_to_measure_cards(tmp_path: Path) -> None:
    run = written(tmp_path, {"heads": TABLES["heads"]})
    card = run.head(B, "decoder", 0, 0)
    assert not card.findings
    assert card.missing["head_words"].happened == "This run did not measure cards."
    with pytest.raises(mh.Problem, match="no head"):
        run.head(B, "decoder", 3, 0)


def test_a_card_is_a_file_without_a_network(run: mh.Run) -> None:
    card = run.head(A, "encoder", 0, 1)
    page = card_bytes(card, "html").decode()
    assert page.count("<svg") == len(card.findings)
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "&lt;b&gt;cat" in page
    assert "<b>cat" not in page
    told = json.loads(card_bytes(card, "json"))
    assert [one["name"] for one in told["findings"]] == list(card.findings)
    assert told["head"] == {"model": A, "stack": "encoder", "layer": 0, "head": 1}
    assert len(PdfReader(BytesIO(card_bytes(card, "pdf"))).pages) == len(card.findings)
    with pytest.raises(mh.Problem, match="cannot be saved"):
        card_bytes(card, "docx")


def test_a_notebook_displays_it(run: mh.Run) -> None:
    shown = run.head(A, "encoder", 0, 1)._repr_mimebundle_()
    assert shown["text/plain"].startswith("minilm · L0 H1")
    assert shown["text/html"].count("<svg") == 7


def test_the_command_line_prints_it(run: mh.Run) -> None:
    shown = CliRunner().invoke(command, ["show", str(run.folder), f"{A} L0 H1"])
    assert shown.exit_code == 0, shown.output
    assert "minilm · L0 H1 attends most to “the” (30.0%)" in shown.output
    by_stack = CliRunner().invoke(command, ["show", str(run.folder), f"{A} encoder L0 H1"])
    assert by_stack.output == shown.output


def test_a_line_shows_the_words_around_the_strongest_link() -> None:
    words = ["word"] * 40
    places = shown_places(words, (3, 30), columns=34)
    assert places == [2, 3, 4, 29, 30, 31]
    assert shown_places(["a", "b"], (0, 1)) == [0, 1]
    # Chinese characters are as wide as two letters.
    assert len(shown_places(["虽然"] * 40, (3, 3), columns=24)) == 4


def test_arcs_lead_from_the_word_that_attends() -> None:
    chart = small_sentences([SmallSentence("p", "", ["a", "bb", "c"], ["a", "bb", "c"], [(2, 0, 0.9)])], model=A)
    spec = chart.to_dict()
    points = next(rows for rows in spec["datasets"].values() if "step" in rows[0])
    assert (points[0]["x"], points[-1]["x"]) == (5.5, 0.5)  # a_bb_c
    assert points[0]["query"] == "c"
