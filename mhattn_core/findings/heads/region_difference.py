"""Where attention moves between two models of one architecture, or once a pair is fed otherwise: region by region."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.feeding import feeding_title
from mhattn_core.findings.heads.difference import of_one_shape, sides
from mhattn_core.findings.heads.regions import region_titles, regions_table
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_pair import literal, loading, source_of
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name
from mhattn_core.locale import _, listed
from mhattn_core.measures.region_shares import SHARE
from mhattn_core.models.precision import precision_of
from mhattn_core.runs.run import Run, mean_differences

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

COLUMNS = ["model_a", "model_b", "stack", "layer", "head", "region", "a", "b", "value", "low", "high", "n"]


def has_regions(run: Run) -> bool:
    """Whether it measured them, for two models of one architecture."""
    return of_one_shape(run) is not None and bool((run.heads["measure"] == f"{SHARE}.a").any())


@of_run("heads", possible=has_regions)
def region_difference(run: Run, *, before: str = "", after: str = "", stack: str = "") -> Finding:
    """How much more of a word's attention each region of the text gets in one model than in another of one architecture."""
    first, second = of_one_shape(run) or (before, after)
    before, after = before or first, after or second
    table = run.difference(before, after)
    table = table[table["measure"].str.startswith(f"{SHARE}.") & (table["group"] == "")]
    table = table[table["stack"] == (stack or table["stack"].iloc[0])] if len(table) else table
    # A text without a region, such as a chat without a system text, gives it nothing in either.
    table = table.groupby("measure", observed=True, sort=False).filter(lambda rows: rows[["a", "b"]].to_numpy().any())
    means = mean_differences(run, before, after)
    table = table.merge(
        means[means["group"] == ""], on=["stack", "measure", "group"], how="left", validate="many_to_one"
    )
    table = table.assign(region=table["measure"].str.rsplit(".", n=1).str[-1])
    return _finding(table[[*COLUMNS, "mean", "mean_low", "mean_high"]], region_titles(run.manifest.feeding))


def region_difference_on_pair(before: "AttentionResult", after: "AttentionResult", stack: str) -> Finding:
    """The same of one pair. The two may be one model that is fed the pair in two ways; then how it is fed stands in
    place of the models' names.
    """
    finding = _finding(region_changes(before, after, stack), region_titles(after.pair.feeding))
    loads = [loading(repr(one.model.name), precision_of(one.model.revision)) for one in (before, after)]
    code = (
        "import mhattn_core as mh",
        "from mhattn_core.findings.heads.region_difference import region_changes",
        "",
        f"before = mh.attend({loads[0]}, {literal(before.pair)})",
        f"after = mh.attend({loads[1]}, {literal(after.pair)})",
        f"region_changes(before, after, {stack!r})",
    )
    source = " · ".join(map(source_of, (before, after)))
    return replace(finding, source=source, code="\n".join(code), fed=feeding_title(after.pair.feeding))


def region_changes(before: "AttentionResult", after: "AttentionResult", stack: str) -> pd.DataFrame:
    """A row a head and region: its share in both, and the mean of all heads; without intervals."""
    keys = ["layer", "head", "region"]
    a, b = (regions_table(one, stack).set_index(keys)["share"] for one in (before, after))
    # A region that a text does not have gets nothing.
    both = pd.DataFrame({"a": a, "b": b}).fillna(0.0).rename_axis(keys).reset_index()
    name_a, name_b = sides((before, after))
    table = both.assign(model_a=name_a, model_b=name_b, stack=stack, value=both["b"] - both["a"], n=1)
    table = table.assign(low=np.nan, high=np.nan, mean_low=np.nan, mean_high=np.nan)
    return table.assign(mean=table.groupby("region")["value"].transform("mean"))[
        [*COLUMNS, "mean", "mean_low", "mean_high"]
    ]


def _finding(table: pd.DataFrame, titles: Mapping[str, str]) -> Finding:
    reading = _(
        "One tick is one head: right of 0, {b} gives the region more of a word’s attention than {a}. The diamond is the "
        "mean of all heads. A head’s differences make 0 over the regions: what one gains another loses."
    ).format(a=escape(str(table["model_a"].iloc[0])), b=escape(str(table["model_b"].iloc[0])))
    reading += " " + (
        _("Without intervals: other pairs may show less, or the reverse.")
        if table["mean_low"].isna().all()
        else _("Its line is the 95 % interval, both models resampled together.")
    )
    draw = partial(charts.region_difference, table, titles=dict(titles))
    return Finding(
        "region_difference", _sentence(table, titles), table, draw, reading, int(table["n"].max()), of="heads"
    )


def _sentence(table: pd.DataFrame, titles: Mapping[str, str]) -> str:
    means = (
        table.drop_duplicates("region")
        .set_index("region")
        .reindex([one for one in titles if one in set(table["region"])])
    )
    parts = []
    for region, row in means.iterrows():
        said = _("{region} {points:+.1f} points").format(region=titles[str(region)], points=100 * row["mean"])
        if pd.notna(row["mean_low"]):
            said += _(" (95 % interval {low} to {high})").format(
                low=f"{100 * row['mean_low']:+.1f}", high=f"{100 * row['mean_high']:+.1f}"
            )
        parts.append(said)
    top = table.loc[table["value"].abs().idxmax()]
    return _(
        "From {a} to {b}, the share of a word’s attention changes in the mean of all heads by: {regions}. It changes most "
        "in {head}: {region} from {before:.0%} to {after:.0%}."
    ).format(
        a=escape(str(top["model_a"])),
        b=escape(str(top["model_b"])),
        regions=listed(parts, "; "),
        head=head_name(int(top["layer"]), int(top["head"])),
        region=titles[str(top["region"])],
        before=top["a"],
        after=top["b"],
    )
