"""What a run says: printed, and drawn."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from mhattn_core.cli.terminal import console, listed, print_table
from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.quantities import of_family

RunName = Annotated[
    str,
    typer.Argument(
        help="Folder of a finished run, the name of one that ships, or hf://datasets/USER/NAME.", metavar="RUN"
    ),
]
Models = Annotated[list[str], typer.Option(help="A model of the run; several where a finding compares models.")]
Stack = Annotated[str, typer.Option(help="encoder, decoder or cross; by default the first.")]
OfHead = Annotated[str, typer.Option(help="A head, such as 'L2 H0'.")]
OfMeasure = Annotated[
    str,
    typer.Option(
        help="A measure of heads.parquet. "
        + listed({code: one.words["title"] for code, one in of_family("basic").items()})
    ),
]
Choose = Annotated[
    list[str],
    typer.Option(
        help="Any other choice of the finding, such as relation=obj; may be given again.", metavar="NAME=VALUE"
    ),
]
HEAD_OF_MODEL = re.compile(r"(?P<model>.+?)[ ·]+((?P<stack>encoder|decoder|cross) )?(?P<head>L\d+ H\d+)")


def show(
    run: RunName,
    finding: Annotated[
        str,
        typer.Argument(
            help="Name of a finding, or a head such as 'minilm L2 H0'; without one, all that the run says.",
            metavar="[FINDING|HEAD]",
        ),
    ] = "",
    model: Models = [],  # noqa: B006
    stack: Stack = "",
    head: OfHead = "",
    measure: OfMeasure = "",
    choose: Choose = [],  # noqa: B006
    rows: Annotated[int, typer.Option(help="Rows of the table that are printed.", min=0)] = 20,
) -> None:
    """Print what a run says: a finding's sentence, its numbers, how to read them, and how to get them again."""
    from mhattn_core import findings
    from mhattn_core.findings.markdown import plain
    from mhattn_core.runs.run import Run

    opened = Run.open(run)
    if not finding:
        print_table([{"finding": one.name, "what it says": one.text} for one in findings.all_findings(opened)])
        return
    if of_head := HEAD_OF_MODEL.fullmatch(finding):
        card = findings.card_named(opened, of_head["model"], of_head["head"], of_head["stack"] or "")
        console().print(card.text, soft_wrap=True)
        return
    shown = findings.finding(
        opened, finding, **_choices(finding, model, choose, stack=stack, head=head, measure=measure)
    )
    console().print(shown.text, plain(shown.short().reading), sep="\n\n")
    print_table(shown.table.head(rows).astype(object).to_dict("records"))
    console().print(shown.source, shown.code, sep="\n\n", soft_wrap=True)


def figure(
    run: RunName,
    finding: Annotated[str, typer.Argument(help="Name of a finding; `show RUN` lists them.", metavar="FINDING")],
    out: Annotated[
        Path,
        typer.Option(
            help="The file to write: .pdf .svg .png .json .html, or its table: .csv .parquet .tex.", metavar="FILE"
        ),
    ],
    model: Models = [],  # noqa: B006
    stack: Stack = "",
    head: OfHead = "",
    measure: OfMeasure = "",
    choose: Choose = [],  # noqa: B006
    preset: Annotated[str, typer.Option(help="screen, slide, column or page.")] = "column",
) -> None:
    """Draw a finding from a run's tables, sized for a paper, with the run's id in the file."""
    from mhattn_core import findings
    from mhattn_core.runs.run import Run

    choices = _choices(finding, model, choose, stack=stack, head=head, measure=measure)
    drawn = findings.finding(Run.open(run), finding, **choices)
    console().print(str(drawn.save(out, preset=preset)), soft_wrap=True)


def share(
    run: RunName,
    repository: Annotated[str, typer.Argument(help="The dataset, made if need be.", metavar="USER/NAME")],
    sentences: Annotated[
        bool, typer.Option("--sentences", help="Share sentences, words, ids and documents too.")
    ] = False,
    private: Annotated[bool, typer.Option("--private", help="Make a new dataset private.")] = False,
    licence: Annotated[str, typer.Option(help="Of the data, such as cc-by-4.0.")] = "",
) -> None:
    """Share a run's tables on the Hub as a dataset, with a card; HF_TOKEN must be one that may write."""
    from mhattn_core.runs.run import Run
    from mhattn_core.runs.to_hub import share as put

    address = put(Run.open(run), repository, sentences=sentences, private=private, licence=licence)
    console().print(address, soft_wrap=True)


def _choices(finding: str, model: list[str], choose: list[str], **named: str) -> dict[str, Any]:
    """What was chosen, by name. model: of a finding that compares models, all that were named; else one."""
    from mhattn_core.findings import RUN_FINDINGS

    several = finding in RUN_FINDINGS and "models" in RUN_FINDINGS[finding].choices
    if len(model) > 1 and not several:
        raise Problem(_("“{finding}” is about one model.").format(finding=finding), _("Give --model once."))
    of_model = {} if not model else {"models": model} if several else {"model": model[0]}
    others = {name: value for name, _equals, value in (one.partition("=") for one in choose)}
    return {name: value for name, value in named.items() if value} | of_model | others
