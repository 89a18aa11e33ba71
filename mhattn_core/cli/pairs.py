"""Measuring many pairs: a run, and every head as a word aligner."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, get_args

import pandas as pd
import typer
from rich.progress import TaskID, TextColumn

from mhattn_core.cli.options import Device, Dtype
from mhattn_core.cli.reading import columns_of, read_files
from mhattn_core.cli.terminal import console, listed, print_table, progress_bars, tell_left_out, tell_remarks
from mhattn_core.errors import Problem
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.ablation.quantities import OFF_BY, Off
from mhattn_core.measures.quantities import families
from mhattn_core.text.feeding import MOST_NEW_TOKENS, NEW_TOKENS, PAIR, Feeding
from mhattn_core.text.reading import FIELDS, FORMATS, SAMPLE, is_dataset

Header = Annotated[
    bool | None,
    typer.Option(
        "--header/--no-header", help="Whether the first row of PAIRS holds names of columns; by default as it looks."
    ),
]
Sheet = Annotated[
    str | None, typer.Option(help="The sheet of a workbook; by default the one with columns of pairs.", metavar="NAME")
]
ColumnsOf = Annotated[
    str | None,
    typer.Option(
        help=f"Which columns of PAIRS hold what, such as source=premise,target=hypothesis; fields: {' '.join(FIELDS)}.",
        metavar="FIELD=COLUMN,…",
    ),
]


def analyze(
    pairs: Annotated[
        list[str],
        typer.Argument(
            help=f"A file of pairs: {' '.join(FORMATS)}, text also packed as .gz; two files whose lines are "
            "translations of one another (x.en x.de); a data set of the Hub, "
            "hf://datasets/ID[@REVISION]/CONFIG/SPLIT, of which a sample is taken; or a folder, a pattern in quotes, or "
            "an address (s3://, hf://) of .parquet and .jsonl files, read shard by shard.",
            metavar="PAIRS",
        ),
    ],
    model: Annotated[list[str], typer.Option(help="Name of a model; may be given several times.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; one that was stopped there resumes.", metavar="DIR")],
    measures: Annotated[
        str,
        typer.Option(
            help="Which measures, with commas between them. "
            + listed({code: one.explanations for code, one in families().items() if one.of_runs})
        ),
    ] = "basic",
    device: Device = "auto",
    dtype: Dtype = "float32",
    workers: Annotated[
        int | None,
        typer.Option(help="Measure with so many processes of one thread each; needs Ray.", min=1, metavar="N"),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(help="Measure on a Ray cluster; auto finds the one of this machine.", metavar="ADDRESS"),
    ] = None,
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
    mask: Annotated[
        str,
        typer.Option(
            help="For detectors: a pattern of your own, a .csv of n × n weights or a condition on the query i, the key "
            "j and the number of tokens n, such as 'i - j == 2'.",
            metavar="MASK",
        ),
    ] = "",
    synonyms: Annotated[
        Path | None,
        typer.Option(
            help="For invariance: words and what may stand in their place, a .csv or .tsv of word and replacement.",
            metavar="FILE",
        ),
    ] = None,
    ablate: Annotated[
        str,
        typer.Option(
            help="For ablation: what stands in for each head that is switched off, its mean, nothing, its mean value "
            "(equal weights), or what it gives for another text; the ten heads of the largest effect are switched off in "
            "every way.",
            metavar="|".join(get_args(Off)),
        ),
    ] = OFF_BY,
    feed: Annotated[
        str,
        typer.Option(
            help="How pairs are fed: pair, as the model joins two sentences; chat, as the user's and the assistant's "
            "turn in the tokenizer's chat template; generated, the first sentence and what each model itself writes to "
            r"it; or a template of your own, such as 'Premise: {a}\nHypothesis: {b}', where \n is a line break.",
            metavar="pair|chat|generated|TEMPLATE",
        ),
    ] = PAIR,
    system: Annotated[str, typer.Option(help="Of a chat: the system text that it begins with.", metavar="TEXT")] = "",
    max_new_tokens: Annotated[
        int | None,
        typer.Option(
            help=f"Of --feed generated: tokens that a model writes at most, {NEW_TOKENS} unless said.",
            min=1,
            max=MOST_NEW_TOKENS,
            metavar="N",
        ),
    ] = None,
    consecutive: Annotated[
        bool, typer.Option(help="Pair neighbouring sentences of a document: first and second, third and fourth …")
    ] = False,
    header: Header = None,
    sheet: Sheet = None,
    columns: ColumnsOf = None,
    sample: Annotated[
        int,
        typer.Option(help="Rows of a data set of the Hub that are taken, by a hash of the row.", min=1, metavar="N"),
    ] = SAMPLE,
) -> None:
    """Measure every head of every model over many pairs, with intervals; Ctrl-C leaves a run that resumes."""
    from mhattn_core.runs.analyze import analyze as measure
    from mhattn_core.runs.corpus import consecutive as neighbours
    from mhattn_core.runs.on_ray import OnRay
    from mhattn_core.runs.progress import Progress
    from mhattn_core.runs.shards import is_sharded
    from mhattn_core.runs.where import HERE
    from mhattn_core.text.reading import Upload
    from mhattn_core.text.relations.resources import read_resources

    given: Upload | str = pairs[0]
    if len(pairs) == 1 and is_sharded(pairs[0]) and not is_dataset(pairs[0]):
        if consecutive or sheet or columns or header is not None:
            raise Problem(
                _("Shards are read as they are."), _("Leave out --consecutive, --header, --sheet and --columns.")
            )
    else:
        given = read_files(pairs, sample=sample, header=header, sheet=sheet, columns=columns_of(columns))
        tell_remarks(given)
        if consecutive:
            given = replace(given, pairs=neighbours(given.pairs))
    with progress_bars(TextColumn("{task.fields[rate]:.0f}/s")) as bars:
        bar = bars.add_task("", rate=0.0)

        def tell(progress: Progress) -> None:
            bars.update(
                bar, description=progress.model, completed=progress.done, total=progress.total, rate=progress.rate
            )

        try:
            run = measure(
                model,
                given,
                out=out,
                measures=measures.split(","),
                device=device,
                dtype=dtype,
                resources=read_resources(valence, vectors, mask, synonyms),
                where=OnRay(workers, ray, device) if workers or ray else HERE,
                ablation=ablate,  # type: ignore[arg-type]  # checked there
                feeding=Feeding(feed.replace("\\n", "\n"), system, max_new_tokens or 0),
                progress=tell,
            )
        except KeyboardInterrupt:
            raise Problem(_("Stopped."), _("The same command goes on from here.")) from None
    tell_left_out(run.skipped)
    console().print(f"{run.folder} {run.id}", soft_wrap=True)


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
    dtype: Dtype = "float32",
    yardstick: Annotated[str | None, typer.Option(help="As --reference, its name until now.", hidden=True)] = None,
    header: Header = None,
    sheet: Sheet = None,
    columns: ColumnsOf = None,
) -> None:
    """Measure every head as a word aligner against gold: alignment error, precision, recall, F1, with intervals."""
    from mhattn_core.experiments.alignment.report import report
    from mhattn_core.models.load import load
    from mhattn_core.text.reading import read_gold

    read = read_gold(pairs, gold, base=1 if base else 0, header=header, sheet=sheet, columns=columns_of(columns))
    tell_left_out(read.bad)
    if all(record.alignment is None for record in read.pairs):
        raise Problem(
            _("No pair has gold links that can be read."),
            " ".join(read.remarks) or _("Give them in a column “alignment”, or with --gold."),
        )
    tell_remarks(read)
    tables = []
    with progress_bars() as bars:
        for name in model:
            bar = bars.add_task(name)

            def tell(done: int, total: int, bar: TaskID = bar) -> None:
                bars.update(bar, completed=done, total=total)

            table, skipped = report(
                load(name, dtype=dtype),
                read.pairs,
                turned=turned,
                reverse=load(reverse, dtype=dtype) if reverse else None,
                reference=load(aligner, dtype=dtype) if (aligner := reference or yardstick) else None,
                progress=tell,
            )
            tables.append(table)
            tell_left_out(skipped)
    table = pd.concat(tables, ignore_index=True)
    table.to_csv(out, index=False, float_format="%.4f")
    print_table([_aligner(row) for row in table.itertuples() if row.choice or row.stack in ("", "embeddings")])


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
