"""What heads give from one region to another, of texts in which their reader has marked regions."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import digits
from mhattn_core.errors import NotAvailable, Problem
from mhattn_core.findings.attention.shown import Shown
from mhattn_core.findings.heads.regions import ticks
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_pair import code_of, source_of
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import models_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.locale import _, listed
from mhattn_core.measures.region_shares import between_regions
from mhattn_core.runs.run import Run
from mhattn_core.text.marks import OTHER, SPECIAL, region_names, regions_on

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


def region_title(name: str) -> str:
    """What a region is called: as its reader has named it."""
    return {OTHER: _("other words"), SPECIAL: _("special tokens")}.get(name, name)


@of_run("marked_regions")
def marked_regions(run: Run, *, models: Sequence[str] = (), stack: str = "", query_region: str = "") -> Finding:
    """What every head gives from a marked region to each other, over what its length would give it."""
    table = run.table("marked_regions")
    table = table[table["model"].isin(models_of(run, models))]
    known = list(dict.fromkeys(table["query_region"]))
    if not known:
        raise NotAvailable(
            _("The run has nothing of “{what}” for these models and this stack.").format(what="marked_regions"),
            _("See its table {table}.parquet.").format(table="marked_regions"),
        )
    if query_region and query_region not in known:
        raise Problem(
            _("No region is marked so: “{name}”.").format(name=query_region),
            _("There is: {known}.").format(known=listed(known)),
        )
    chosen = query_region or known[0]
    rows = of_stack(table[table["query_region"] == chosen], stack, "marked_regions")
    rows = rows.assign(region=rows["key_region"]).dropna(subset="lift").reset_index(drop=True)
    titles = {name: region_title(name) for name in dict.fromkeys(rows["region"])}
    finding = ticks(rows, titles, int(rows["n"].max()), besides=SPECIAL)
    before = _("From words of “{region}”:").format(region=escape(region_title(chosen)))
    table = rows.drop(columns="region")
    return Finding(
        "marked_regions", f"{before} {finding.sentence}", table, finding.draw, finding.reading, finding.pairs
    )


def marked_regions_of_pair(shown: Sequence[Shown]) -> Finding:
    """A matrix of regions for each head; the code is that of the first."""
    tables = [marked_regions_table(one.result, one.head.stack).assign(title=one.name) for one in shown]
    cells = pd.concat(
        [
            table[(table["layer"] == one.head.layer) & (table["head"] == one.head.head)]
            for one, table in zip(shown, tables, strict=True)
        ],
        ignore_index=True,
    )
    drawn = cells.assign(**{side: cells[side].map(region_title) for side in ("query_region", "key_region")})
    first = shown[0]
    expression = f"marked_regions_table(seen, {first.head.stack!r})"
    return Finding(
        "marked_regions",
        _sentence(drawn),
        cells.drop(columns="title"),
        partial(charts.region_matrix, drawn),
        _(
            "A row is a region whose words attend, a column one that is attended to; a row sums to 1. × is the lift: the "
            "share over what a head would give that attends every token alike; above 1 it prefers the region beyond its "
            "length."
        ),
        1,
        " · ".join(f"{source_of(one.result)} · {one.head.full_name}" for one in shown),
        code_of(first.result, expression, "from mhattn_core.findings.heads.marked_regions import marked_regions_table"),
        draw_narrow=partial(charts.region_matrix, drawn, narrow=True),
    )


def marked_regions_table(result: "AttentionResult", stack: str) -> pd.DataFrame:
    """Of all heads of a stack, model, stack, layer, head, query_region, key_region, share, even, lift: a row for each
    two regions of which the one has words and the other tokens that these may see.
    """
    grid, words_of_a = result.words(stack), len(result.sentences["a"].words)
    names = (*region_names(result.pair.marks), OTHER)
    members = []
    for axis in (grid.query_axis, grid.key_axis):
        regions = regions_on(result.pair.marks, axis.sides, words_of_a)
        members.append(np.array([[name == region for name in names] for region in regions], dtype=float))
    here = grid.key_axis.shares @ members[1]
    here = np.column_stack([here, 1 - here.sum(axis=1)])
    shares, even = between_regions(result.pattern(stack), grid.query_axis, here, members[0], causal=stack == "decoder")
    rows = [
        (result.model.name, stack, layer, head, source, region, share, even[at, to], share / even[at, to])
        for layer, of_layer in enumerate(shares)
        for head, of_head in enumerate(of_layer)
        for at, source in enumerate(names)
        for to, (region, share) in enumerate(zip((*names, SPECIAL), of_head[at], strict=True))
        if even[at, to] > 0
    ]
    columns = [*HEAD_COLUMNS, "query_region", "key_region", "share", "even", "lift"]
    return pd.DataFrame(rows, columns=columns).dropna(subset="share")


def _sentence(cells: pd.DataFrame) -> str:
    """What each head prefers most beyond its length, in Markdown."""
    said = []
    for title, own in cells.groupby("title", sort=False):
        of_words = own[own["key_region"] != region_title(SPECIAL)]
        named = of_words[(of_words[["query_region", "key_region"]] != region_title(OTHER)).all(axis=1)]
        top = own.loc[(of_words if named.empty else named)["lift"].idxmax()]
        said.append(
            _("**{head}** goes furthest beyond length from {source} to {region}: {share:.0%}, lift {lift}.").format(
                head=escape(str(title)),
                source=escape(top["query_region"]),
                region=escape(top["key_region"]),
                share=top["share"],
                lift=digits(float(top["lift"])),
            )
        )
    return " ".join(said)
