"""Published numbers beside those that are found here."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mhattn_core.cli.options import Device, Dtype
from mhattn_core.cli.terminal import console, print_table
from mhattn_core.digits import with_minus
from mhattn_core.errors import Problem
from mhattn_core.locale import _


def reproduce(
    name: Annotated[
        str, typer.Argument(help="A published table; without one, all that there are.", metavar="[NAME]")
    ] = "",
    model: Annotated[
        str, typer.Option(help="Another model than the table's, such as a folder that holds it.", metavar="MODEL")
    ] = "",
    data: Annotated[
        Path | None,
        typer.Option(help="The file that the table is measured on, where it needs one.", metavar="FILE", exists=True),
    ] = None,
    device: Device = "auto",
    dtype: Dtype = "float32",
) -> None:
    """Measure a published table again, and print each number beside what is found here."""
    from mhattn_core.models.load import load
    from mhattn_core.reproduce.compare import read_data, reproduced
    from mhattn_core.reproduce.table import published_table

    if not name:
        _list()
        return
    table = published_table(name)
    if not (model or table.model):
        raise Problem(
            _("“{name}” was published for a model that has no name here.").format(name=name),
            _("Name one of yours with --model: a name of the catalogue, a Hub id or a folder."),
        )
    read_data(table, data)  # what is missing is said before a model is fetched
    measured = load(model or table.model, device, dtype=dtype)
    compared = reproduced(table, measured, data)
    console().print(table.title, table.says, sep="\n", soft_wrap=True)
    if model and table.model:
        told = _("Measured on {model}; published for {published}.")
        console().print(told.format(model=measured.name, published=table.model), soft_wrap=True)
    print_table([_line(row) for row in compared.to_dict("records")])
    console().print(_read_where(set(compared["read"])), table.caveat, sep="\n", soft_wrap=True)


def _list() -> None:
    from mhattn_core.models.catalogue import present
    from mhattn_core.reproduce.compare import wanted
    from mhattn_core.reproduce.table import published_tables

    here = present()
    print_table(
        [
            {
                "name": name,
                "what": table.title,
                "model": f"{table.model or '--model'}{' (here)' if table.model in here else ''}",
                "data": wanted(table.needs),
            }
            for name, table in published_tables().items()
        ]
    )


def _line(row: dict[Any, Any]) -> dict[str, object]:
    found = row["found"] == row["found"]  # NaN is what this model does not have
    return {
        "": row["name"],
        "published": f"{row['published']:.3f} [{row['read']}]",
        "found": f"{row['found']:.3f}" if found else "–",
        "difference": with_minus(f"{row['difference']:+.3f}") if found else "–",
    }


def _read_where(tags: set[str]) -> str:
    meanings = {
        "V": _("[V] read in the authors' own code, data or notes"),
        "N": _("[N] read in pages or notes of others, not in the paper"),
        "A": _("[A] read in an abstract or a README"),
        "C": _("[C] computed for this project"),
    }
    return "\n".join(meaning for tag, meaning in meanings.items() if tag in tags)
