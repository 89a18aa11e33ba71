"""What the command line, and a run from a path, say of the files that they read."""

import gzip
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from mhattn_core.cli import command
from mhattn_core.cli.reading import columns_of, read_files
from mhattn_core.runs.corpus import records_of


def called(*arguments: object) -> Result:
    """The command with a model that does not exist: it reads the file, then ends."""
    return CliRunner().invoke(command, [*map(str, arguments), "--model", "no-such-model"])


def test_a_first_row_that_may_hold_names_is_told_and_can_be_settled(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("foo,bar\nHi there.,嗨。\nRun now!,跑！\n", encoding="utf-8")
    told = called("analyze", tmp_path / "x.csv", "--out", tmp_path / "run")
    assert "“foo”, “bar”" in told.stderr
    assert "--no-header" in told.stderr
    for way in ("--header", "--no-header"):
        assert "foo" not in called("analyze", tmp_path / "x.csv", "--out", tmp_path / "run", way).stderr


def test_sheets_that_are_not_read_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("More")):
        sheet.append(["source", "target"])
        sheet.append(["Hi there.", "嗨。"])
    book.save(tmp_path / "x.xlsx")
    told = called("analyze", tmp_path / "x.xlsx", "--out", tmp_path / "run")
    assert "“More”" in told.stderr
    assert "--sheet" in told.stderr
    assert "“More”" not in called("analyze", tmp_path / "x.xlsx", "--out", tmp_path / "run", "--sheet", "More").stderr


def test_columns_that_are_not_known_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,morning,evening\n1,Hi there.,x\n", encoding="utf-8")
    assert "id, morning, evening" in str(called("analyze", tmp_path / "x.csv", "--out", tmp_path / "run").exception)


def test_links_counted_from_1_without_saying_so(tmp_path: Path) -> None:
    for name, text in (("a", "我 爱 你\n他 跑\n"), ("b", "I love you\nHe runs\n"), ("c", "1-1 2-2 3-3\n1-1 2-2\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    told = called("align", tmp_path / "a", tmp_path / "b", "--gold", tmp_path / "c", "--out", tmp_path / "table.csv")
    assert "--base 1" in str(told.exception)
    assert "Line 1:" in told.stderr


def test_a_run_from_a_path_warns_of_what_is_not_plain(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("foo,bar\nHi there.,嗨。\nRun now!,跑！\n", encoding="utf-8")
    with pytest.warns(UserWarning, match=r"x\.csv.*“foo”, “bar”"):
        assert len(records_of(tmp_path / "x.csv")[0]) == 3


def test_columns_are_named_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,morning,evening\n1,Hi there.,嗨。\n", encoding="utf-8")
    given = "source=evening,target=morning"
    told = called("analyze", tmp_path / "x.csv", "--out", tmp_path / "run", "--columns", given)
    assert "no-such-model" in str(told.exception)
    pair = read_files([str(tmp_path / "x.csv")], columns=columns_of(given)).pairs[0].pair
    assert (pair.source, pair.target) == ("嗨。", "Hi there.")
    for wrong in ("evening", "first=evening", "source=", "source=night"):
        told = called("analyze", tmp_path / "x.csv", "--out", tmp_path / "run", "--columns", wrong)
        assert "no-such-model" not in str(told.exception), wrong


def test_two_files_of_sentences_are_pairs(tmp_path: Path) -> None:
    (tmp_path / "x.en").write_text("Yes, it is.\nNo.\n")
    (tmp_path / "x.de.gz").write_bytes(gzip.compress(b"Ja, ist es.\nNein.\n"))
    files = [str(tmp_path / name) for name in ("x.en", "x.de.gz")]
    pairs = [record.pair for record in read_files(files).pairs]
    assert [(pair.source, pair.target) for pair in pairs] == [("Yes, it is.", "Ja, ist es."), ("No.", "Nein.")]
    assert len(pairs[0].a.words) == 5
    assert "no-such-model" in str(called("analyze", *files, "--out", tmp_path / "run").exception)
    assert "--columns" in str(called("analyze", *files, "--out", tmp_path / "run", "--columns", "source=a").exception)
    assert "3 files" in str(called("analyze", *files, files[0], "--out", tmp_path / "run").exception)
