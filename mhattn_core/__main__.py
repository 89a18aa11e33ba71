"""The command line: ``python -m mhattn_core``."""

import typer
from rich.console import Console
from rich.table import Table

from mhattn_core.errors import Problem
from mhattn_core.models import catalogue

command = typer.Typer(help="Compare the attention heads of Hugging Face models.", no_args_is_help=True, add_completion=False)


@command.command()
def models() -> None:
    """List the models that go by a short name."""
    _show(catalogue().astype(str).to_dict("records"))


@command.command()
def bench(
    model: str = typer.Option("minilm", help="Name of a model."), rounds: int = typer.Option(20, min=3, help="Repeats of each measurement.")
) -> None:
    """Time attend() against the bare model, and a click on the Attention page. Quote the ratios, not the seconds."""
    from mhattn_core.bench import attend_times
    from mhattn_core.ui.timing import click_times

    _show(attend_times(model, rounds=rounds))
    _show(click_times(model, rounds=rounds))


def _show(rows: list[dict[str, object]]) -> None:
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*(f"{value:.2f}" if isinstance(value, float) else str(value) for value in row.values()))
    Console().print(table)


if __name__ == "__main__":
    try:
        command()
    except Problem as problem:
        Console(stderr=True).print(str(problem), style="red", markup=False)
        raise SystemExit(1) from problem
