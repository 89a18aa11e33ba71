"""Whether a model needs the edges of a relation in the head that finds it."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.ablation.effects import with_interval
from mhattn_core.findings.ablation.measured import of_table
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.relations.words import direction_labels
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_names
from mhattn_core.locale import _
from mhattn_core.measures.roles.verdicts import FALSE_DISCOVERIES
from mhattn_core.runs.run import Run
from mhattn_core.text.relations import relation_label


@of_run("knockouts")
def knockouts(run: Run, *, model: str = "", kind: str = "knockout") -> Finding:
    """What a model loses without the edges of each relation in its best head, beside other edges of the same head."""
    measured = of_table(run, "knockouts", model=model, kind=kind)
    rows = measured.rows.dropna(subset=["specific"]).sort_values("specific", ascending=False, ignore_index=True)
    if rows.empty:
        raise NotAvailable(
            _("The run has nothing of “{what}” for these models and this stack.").format(what="knockouts"),
            _("See its table {table}.parquet.").format(table="knockouts"),
        )
    several = rows.duplicated(["relation", "stack", "layer", "head"], keep=False)
    named = rows.assign(
        label=[
            f"{relation_label(relation)}, {direction_labels()[direction]}" if again else relation_label(relation)
            for relation, direction, again in zip(rows["relation"], rows["direction"], several, strict=True)
        ],
        name=head_names(rows, stack=rows["stack"].nunique() > 1),
    )
    return Finding(
        "knockouts",
        escape(_sentence(named, measured.quantity.change_axis)),
        rows.drop(columns=["model"]),
        partial(charts.knockouts, named, title=measured.quantity.change_axis),
        _(
            "A row is a relation and a head that is right most often in one direction. Dot: some of the weight of the relation's edges "
            "is taken out of this head. Ring: the same weight is taken from the other words that the same words may look "
            "at. The bar is the 95 % interval of their difference: a ring outside it differs. No difference may also "
            "mean that other heads do the same."
        ),
        measured.pairs,
    )


def _sentence(rows: pd.DataFrame, unit: str) -> str:
    top = rows.iloc[0]
    largest = _("The largest difference: {relation} in {head}, {specific}, {unit}.").format(
        relation=top["label"],
        head=top["name"],
        specific=with_interval(*(top[name] for name in ("specific", "specific_low", "specific_high"))),
        unit=unit,
    )
    if rows["q"].isna().all():
        counted = _("{model}: there are too few texts to tell whether a relation's edges cost more than others.")
    else:
        counted = _(
            "{model}: in the best heads of {more} of {relations} relations, taking weight from the relation's edges "
            "costs more than taking the same weight from other edges of the same words (q ≤ 0.05)."
        )
    more = rows.loc[(rows["q"] <= FALSE_DISCOVERIES) & (rows["specific"] > 0), "relation"].nunique()
    return " ".join((counted.format(model=top["model"], relations=rows["relation"].nunique(), more=more), largest))
