"""How much of a model its best heads do alone, and which ranking needs the fewest."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import NotAvailable, Problem
from mhattn_core.findings.ablation.measured import of_table
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import axis_title
from mhattn_core.runs.run import Run

RANDOM = "random"
A_QUARTER = 0.25


def ranking_names() -> dict[str, str]:
    """Of each ranking, in the order of legends."""
    return {
        "ablation": _("loss without the head"),
        "attribution": _("direct logit attribution"),
        "importance": _("gradient importance"),
        "role": _("role"),
        RANDOM: _("random rankings: median and range"),
    }


@of_run("faithfulness")
def faithfulness(run: Run, *, model: str = "", kind: str = "mean", quantity: str = "") -> Finding:
    """How much of what a model loses without heads its best heads bring back, by several rankings and at random."""
    measured = of_table(run, "faithfulness", model=model, quantity=quantity, kind=kind)
    rows, names = measured.rows, ranking_names()
    if rows["recovered"].isna().all():
        raise Problem(
            _("Without any head {model} does as well as with all, so no heads bring anything back.").format(
                model=measured.model
            ),
            _("See its table {table}.parquet.").format(table="faithfulness"),
        )
    areas = rows.drop_duplicates(["order", "draw"]).set_index("order")["area"]
    best = areas.drop(RANDOM, errors="ignore").idxmax()
    at = _near(rows[rows["order"] == best], A_QUARTER)
    by_chance = rows[(rows["order"] == RANDOM) & (rows["kept"] == at["kept"])]["recovered"]
    drawn = areas[areas.index == RANDOM]
    said = _(
        "{model}: with {kept} of {heads} heads, the best by “{ranking}”, {share:.0%} of what the heads do is kept; as "
        "many at random keep {low:.0%} to {high:.0%}. Areas under the curves: {areas}; at random {least:.2f} to "
        "{most:.2f}."
    ).format(
        model=measured.model,
        kept=int(at["kept"]),
        heads=int(rows["kept"].max()),
        ranking=names[str(best)],
        share=at["recovered"],
        low=by_chance.min(),
        high=by_chance.max(),
        areas=listed(f"{names[order]} {areas[order]:.2f}" for order in names if order in areas and order != RANDOM),
        least=drawn.min(),
        most=drawn.max(),
    )
    title = axis_title("faithfulness.recovered")
    return Finding(
        "faithfulness",
        escape(said),
        rows.drop(columns=["model"]),
        partial(charts.faithfulness, rows, names=names, band=str(best), title=title),
        _(
            "Left: no head is on; right: all are. A line is a ranking, whose best heads stay on; it was made on other "
            "texts. The coloured band holds four fifths of the texts, for the ranking of the largest area. Grey: five "
            "random rankings. A line above the grey band means that the ranking finds the heads that do the work. "
            "Above 100 %: better than with all heads."
        ),
        measured.pairs,
    )


@of_run("faithfulness")
def faithfulness_areas(run: Run, *, kind: str = "mean") -> Finding:
    """The area under the curve of each ranking, models side by side."""
    table = run.table("faithfulness")
    main = table.groupby("model", sort=False)["quantity"].transform("first")
    own = table[(table["quantity"] == main) & (table["kind"] == kind)].drop_duplicates(["model", "order", "draw"])
    areas = own[["model", "order", "draw", "quantity", "area", "n"]].dropna(subset=["area"]).reset_index(drop=True)
    ranked = areas[areas["order"] != RANDOM]
    if ranked.empty:
        raise NotAvailable(
            _("The run has nothing of “{what}” for these models and this stack.").format(what=kind),
            _("See its table {table}.parquet.").format(table="faithfulness"),
        )
    names = {**ranking_names(), RANDOM: _("random rankings")}
    best = ranked.loc[ranked.groupby("model", sort=False)["area"].idxmax()]
    chance = areas[areas["order"] == RANDOM].groupby("model")["area"].max()
    said = listed(
        (
            _("{model}: {ranking} {area:.2f} (at random at most {chance:.2f})").format(
                model=row["model"], ranking=names[row["order"]], area=row["area"], chance=chance.get(row["model"], 0)
            )
            for row in best.to_dict("records")
        ),
        "; ",
    )
    return Finding(
        "faithfulness_areas",
        escape(_("The ranking of the largest area. {best}.").format(best=said)),
        areas,
        partial(charts.faithfulness_areas, areas, names=names, title=axis_title("faithfulness.area")),
        _(
            "A row is a model, a dot a ranking of its heads, a grey tick a random one. The farther to the right, the "
            "fewer heads do the work. Areas of models that are asked different things (words, vectors, classes) have "
            "the same scale and not the same meaning."
        ),
        int(areas["n"].max()),
    )


def _near(rows: pd.DataFrame, share: float) -> "pd.Series[float]":
    """The row whose share of heads kept is nearest to this one."""
    return rows.loc[(rows["share_kept"] - share).abs().idxmin()]
