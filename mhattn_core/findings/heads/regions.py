"""How much each head gives to the sentences, to a system text and to what stands around them, in the text as fed."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import digits
from mhattn_core.findings.feeding import feeding_title
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_pair import code_of, source_of
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import models_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.heads import HEAD_COLUMNS, ModelHead
from mhattn_core.locale import _, listed, stated
from mhattn_core.measures.region_shares import LIFT, SHARE, pair_regions
from mhattn_core.runs.run import Run
from mhattn_core.text.feeding import CHAT, PAIR, REGIONS, Feeding

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


def region_titles(feeding: Feeding) -> dict[str, str]:
    """What the regions are called where a pair is fed so, in the order in which they are shown."""
    is_chat = feeding.how == CHAT
    return {
        "system": _("system text"),
        "a": _("user") if is_chat else "A",
        "b": _("generated B") if feeding.is_generated else _("assistant") if is_chat else "B",
        "template": _("separators and special tokens") if feeding.how == PAIR else _("template"),
    }


@of_run("heads", possible=lambda run: bool((run.heads["measure"] == f"{SHARE}.a").any()))
def regions(run: Run, *, models: Sequence[str] = (), stack: str = "") -> Finding:
    """What every head gives to each region of the text as fed, over what its length would give it."""
    heads = run.heads[(run.heads["group"] == "") & run.heads["model"].isin(models_of(run, models))]
    heads = of_stack(heads[heads["measure"].str.startswith("region.")], stack, "regions")
    kind, region = (heads["measure"].str.rsplit(".", n=1).str[part] for part in (0, 1))
    keys = [*HEAD_COLUMNS, "region"]
    columns = ["value", "low", "high"]
    share, lift = (
        heads[kind == of].assign(region=region)[[*keys, *columns, "n"]].rename(columns={"value": name})
        for of, name in ((SHARE, "share"), (LIFT, "lift"))
    )
    lift = lift.drop(columns="n").rename(columns={"low": "lift_low", "high": "lift_high"})
    table = share.merge(lift, on=keys, validate="one_to_one").dropna(subset="lift")
    even = (
        (table["share"] / table["lift"]).groupby([table["model"], table["region"]], observed=True).transform("median")
    )
    return ticks(table.assign(even=even), region_titles(run.manifest.feeding), int(table["n"].max()))


def regions_of_pair(results: "Sequence[tuple[AttentionResult, str]]") -> Finding:
    """The same of one pair, for a stack of each model; the code is that of the first."""
    first, stack = results[0]
    table = pd.concat([regions_table(*one) for one in results], ignore_index=True)
    finding = ticks(table, region_titles(first.pair.feeding), 1)
    code = code_of(
        first,
        f"regions_of_pair([(seen, {stack!r})]).table",
        "from mhattn_core.findings.heads.regions import regions_of_pair",
    )
    source = " · ".join(source_of(result) for result, _stack in results)
    return replace(finding, source=source, code=code, of="", fed=feeding_title(first.pair.feeding))


def regions_table(result: "AttentionResult", stack: str) -> pd.DataFrame:
    """model, stack, layer, head, region, share, even, lift: a row for each region that has tokens."""
    keys = [piece.region for piece in result.pieces(stack)[1]]
    shares, even = pair_regions(result.pattern(stack), result.words(stack).query_axis, keys, causal=stack == "decoder")
    rows = [
        (result.model.name, stack, layer, head, region, share, of_even, share / of_even)
        for layer, of_layer in enumerate(shares)
        for head, of_head in enumerate(of_layer)
        for region, share, of_even in zip(REGIONS, of_head, even, strict=True)
        if of_even > 0
    ]
    return pd.DataFrame(rows, columns=[*HEAD_COLUMNS, "region", "share", "even", "lift"]).dropna(subset="share")


def ticks(table: pd.DataFrame, titles: dict[str, str], pairs: int, *, besides: str = "template") -> Finding:
    """A line a region and model, a tick a head. table: model, stack, layer, head, region, share, even, lift. titles: of
    the regions, in order. besides: a region that no head is named for.
    """
    reading = _(
        "One tick is one head; the diamond is where a head would stand that attends every token alike. Lift is the "
        "share over that of the diamond: above 1 a head prefers the region beyond its length. A head’s shares make 1; "
        "all but what words of A and B get counts as its share on special tokens."
    )
    draw = partial(charts.regions, table, titles=titles)
    return Finding("regions", _sentence(table, titles, besides), table, draw, reading, pairs, of="heads")


def _sentence(table: pd.DataFrame, titles: dict[str, str], besides: str) -> str:
    """The median head of each model, region by region, and the head that prefers a region most."""
    medians = table.groupby(["model", "region"], sort=False, observed=True)[["share", "lift"]].median()
    parts = [
        stated(
            escape(str(model)),
            listed(
                _("{region} {share:.0%} (lift {lift})").format(
                    region=escape(titles[region]), share=row["share"], lift=digits(row["lift"])
                )
                for region, row in of_model.droplevel("model").reindex(list(titles)).dropna().iterrows()
            ),
        )
        for model, of_model in medians.groupby("model", sort=False, observed=True)
    ]
    texts = table[table["region"] != besides]
    top = texts.loc[texts["lift"].idxmax()]
    interval = ""
    if "lift_low" in top and pd.notna(top["lift_low"]):
        interval = _(" (95 % interval {low} to {high})").format(
            low=digits(top["lift_low"]), high=digits(top["lift_high"])
        )
    return _(
        "The median head gives, of a word’s attention: {models}. Furthest above a text’s length is {head}: {region}, lift "
        "{lift}{interval}."
    ).format(
        models=listed(parts, "; "),
        head=escape(ModelHead.of_row(top).name),
        region=escape(titles[str(top["region"])]),
        lift=digits(float(top["lift"])),
        interval=interval,
    )
