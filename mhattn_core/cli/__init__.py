"""The command line, ``python -m mhattn_core`` or ``mhattn``: a file a group of commands."""

import typer

from mhattn_core.cli.bench import bench
from mhattn_core.cli.findings import figure, share, show
from mhattn_core.cli.models import convert, fetch, models
from mhattn_core.cli.pairs import align, analyze
from mhattn_core.cli.reproduce import reproduce
from mhattn_core.cli.terminal import console
from mhattn_core.errors import Problem

command = typer.Typer(
    help="Compare the attention heads of Hugging Face models.", no_args_is_help=True, add_completion=False
)
for function in (models, fetch, convert, analyze, align, show, figure, share, reproduce, bench):
    command.command()(function)


def main() -> None:
    """The console script ``mhattn``: a Problem is a line on stderr and the exit status 1."""
    try:
        command()
    except Problem as problem:
        console(stderr=True).print(str(problem), style="red", soft_wrap=True)
        raise SystemExit(1) from problem
