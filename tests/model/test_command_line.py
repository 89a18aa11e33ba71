"""What the command line prints of names that look like markup."""

from pathlib import Path

import pytest
from tiny import put_model
from typer.testing import CliRunner

from mhattn_core.cli import command
from mhattn_core.cli.terminal import print_table, progress_bars

NAME = "run[/v1.2] [bold] :smile:"


def test_progress_shows_a_name_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bars() as bars:
        bars.add_task(NAME, total=2)
        bars.refresh()
    assert NAME in capsys.readouterr().err


def test_a_table_shows_a_name_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([{"model": NAME, "error": 0.25}])
    assert NAME in capsys.readouterr().out


def test_a_model_whose_folder_looks_like_markup_is_measured(tmp_path: Path) -> None:
    model = put_model(tmp_path / NAME)
    (tmp_path / "pairs.txt").write_text("The cat sat down.\nIt was tired.\n")
    out = tmp_path / "[red]runs"
    done = CliRunner().invoke(
        command, ["analyze", str(tmp_path / "pairs.txt"), "--model", str(model), "--out", str(out)]
    )
    assert done.exception is None, done.output
    assert str(out) in done.output


def test_an_option_that_looks_like_markup_is_refused_in_words() -> None:
    done = CliRunner().invoke(command, ["analyze", "none[/v1.2].csv", "--models[/b]", "x"])
    assert done.exit_code == 2
    assert "[/b]" in done.output


def test_a_table_without_rows_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([])
    assert capsys.readouterr().out == ""
