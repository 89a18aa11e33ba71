"""What a run knows of a head that is shown on one sentence."""

from dataclasses import dataclass

import pandas as pd

from mhattn_core.charts import verdict_names
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.overview.heads import ROLES
from mhattn_core.heads import HEAD_COLUMNS, Head
from mhattn_core.locale import _
from mhattn_core.once import once
from mhattn_core.runs.run import Run
from mhattn_core.text.relations import RELATIONS, relation_label


@dataclass(frozen=True)
class NamedRun:
    """A run, and what people call it."""

    run: Run
    name: str


@once
def roles_of(run: Run, model: str, stack: str) -> pd.DataFrame:
    """The best role of each head that has one, the strongest verdict first: rows of ``Run.relations``."""
    rows = run.relations
    rows = rows[(rows["model"] == model) & (rows["stack"] == stack) & (rows["score"] == "hit")]
    rows = rows[rows["verdict"].isin(ROLES) & rows["relation"].isin(RELATIONS)]
    rows = rows.assign(strength=rows["verdict"].map(ROLES.index)).astype({"layer": int, "head": int})
    return rows.sort_values(["strength", "gain"], ascending=[True, False]).drop_duplicates(HEAD_COLUMNS)


def role_sentence(known: NamedRun, model: str, head: Head) -> str:
    """What the run found the head to do, with its held-out number and what random weights give; in Markdown."""
    run = escape(known.name)
    rows = roles_of(known.run, model, head.stack)
    own = rows[(rows["layer"] == head.layer) & (rows["head"] == head.head)]
    if own.empty:
        return _("In the run “{run}” ({texts:,} texts) no role was found for it.").format(
            run=run, texts=known.run.manifest.pairs
        )
    row = own.iloc[0]
    verdict = verdict_names().get(str(row["verdict"]), str(row["verdict"]))
    untrained = _("; the best head of random weights: {random:.0%}").format(random=row["random95"])
    return _(
        "Role in the run “{run}”: **{relation}**, right on {held_out:.0%} of held-out cases: {verdict}{untrained}."
    ).format(
        run=run,
        relation=relation_label(str(row["relation"])),
        held_out=row["held_out"],
        verdict=verdict,
        untrained=untrained if pd.notna(row["random95"]) else "",
    )
