"""Which heads carry what tells two openings apart, and whether one backward pass could have told."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import signed_digits
from mhattn_core.findings.ablation.effects import with_interval
from mhattn_core.findings.ablation.patched import (
    HEAD,
    contrast_label,
    left_out,
    minimal_pairs_of,
    of_relation,
    only,
    table_of,
)
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head
from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import column
from mhattn_core.measures.roles.verdicts import FALSE_DISCOVERIES
from mhattn_core.runs.run import Run
from mhattn_core.text.code_names import code_names

NAMED = 3
DIRECTIONS = ("good_to_bad", "bad_to_good")


@of_run("patching")
def patching(
    run: Run,
    *,
    model: str = "",
    relation: str = "",
    kind: str = "output",
    direction: str = "good_to_bad",
    positions: str = "all",
    stack: str = "",
) -> Finding:
    """How much of the difference between two openings each head of a model carries, by activation patching."""
    every = of_relation(run, model, relation)
    rows = only(every, kind=kind, direction=direction, positions=positions)
    name = stack or _stack_of(rows)
    only(rows, stack=name)
    grid = only(every, kind="output", direction="good_to_bad", positions="all")
    grid = grid.loc[grid["stack"] == name, HEAD]
    drawn = grid.merge(rows, on=HEAD, how="left").assign(
        measure="patching.recovery", value=lambda table: table["recovery"], model=rows["model"].iloc[0]
    )
    title = column("patching", "recovery").axis
    return Finding(
        "patching",
        escape(_sentence(rows)),
        table_of(rows),
        partial(charts.head_grid, drawn, measure="patching.recovery", title=title, difference=True),
        " ".join((f"**{title}** · {column('patching', 'recovery').explanation}", left_out(rows))),
        int(rows["n"].max()),
        draw_narrow=strongest_heads(drawn, title=title, end="farthest"),
        texts=minimal_pairs_of(rows),
    )


@of_run("patching")
def attribution_agreement(
    run: Run, *, model: str = "", relation: str = "", direction: str = "good_to_bad", stack: str = ""
) -> Finding:
    """Whether one backward pass (attribution patching) ranks the heads of a model as patching them does."""
    rows = only(of_relation(run, model, relation), kind="output", direction=direction, positions="all")
    rows = only(rows, stack=stack or _stack_of(rows))
    known = rows.dropna(subset=["attribution", "recovery"])
    x, y = (column("patching", name).axis for name in ("attribution", "recovery"))
    return Finding(
        "attribution_agreement",
        _agreement(known),
        table_of(known),
        partial(
            charts.head_scatter, known.assign(x=known["attribution"], y=known["recovery"]), x=x, y=y, splits=(0, 0)
        ),
        _(
            "Attribution needs one backward pass for all heads, patching a forward pass for each. Attribution is linear "
            "in what later layers do; a head far from the diagonal is one for which they are not."
        ),
        int(rows["n"].max()),
        texts=minimal_pairs_of(rows),
    )


def _stack_of(rows: pd.DataFrame) -> str:
    """The stack of the head that carries most."""
    return str(rows.loc[rows["recovery"].abs().idxmax(), "stack"])


def _sentence(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    top = rows.loc[rows["recovery"].abs().nlargest(NAMED).index]
    names = code_names((first["kind"], first["direction"]))
    said = _(
        "{model}, {relation}: the good word is ahead by {clean} nats after the good opening and by {corrupt} "
        "after the bad one. Of this difference these heads carry most ({kind}, {direction}): {largest}."
    ).format(
        model=first["model"],
        relation=contrast_label(str(first["relation"])),
        clean=signed_digits(first["clean"]),
        corrupt=signed_digits(first["corrupt"]),
        kind=names[first["kind"]],
        direction=names[first["direction"]],
        largest=listed(
            f"{head.full_name} {with_interval(*(row[name] for name in ('recovery', 'low', 'high')))}"
            for head, (_index, row) in zip(Head.of_table(top), top.iterrows(), strict=True)
        ),
    )
    if rows["q"].isna().all():
        return f"{said} " + _("There are too few pairs for an interval.")
    clear = rows[rows["q"] <= FALSE_DISCOVERIES]
    counted = _("Of {heads} heads tested {more} carry it and {less} work against it (q ≤ 0.05).").format(
        heads=len(rows), more=int((clear["recovery"] > 0).sum()), less=int((clear["recovery"] < 0).sum())
    )
    return f"{said} {counted}"


def _agreement(rows: pd.DataFrame) -> str:
    if len(rows) < NAMED or rows["recovery"].nunique() < 2:
        return _("Too few heads differ to compare attribution with patching.")
    top = rows.loc[rows["recovery"].abs().idxmax()]
    return _(
        "Attribution and patching rank the {heads} heads alike by {agreement:.2f} (Spearman; 1 is the same order, 0 "
        "none). {head}, which carries most, has a recovery of {recovery} and an attribution of {attribution}."
    ).format(
        heads=len(rows),
        agreement=float(rows["attribution"].corr(rows["recovery"], method="spearman")),
        head=Head.of_row(top).full_name,
        recovery=signed_digits(top["recovery"]),
        attribution=signed_digits(top["attribution"]),
    )
