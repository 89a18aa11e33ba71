"""Whether a model still prefers what grammar allows without a head."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import models_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_names
from mhattn_core.locale import _, listed
from mhattn_core.measures.statistics import supported
from mhattn_core.runs.run import Run
from mhattn_core.text.relations import relation_label

MARGINS = ("margin", "margin_lost", "margin_low", "margin_high", "q")
"""What a run of an earlier version does not have."""


@of_run("minimal_pairs")
def minimal_pairs(run: Run, *, model: str = "") -> Finding:
    """For each relation how often a model prefers what grammar allows, with all heads and without the one it misses
    most.
    """
    table = run.table("minimal_pairs")
    asked = models_of(run, [model] if model else [])
    names = [name for name in asked if (table["model"] == name).any()]
    if not names:
        raise NotAvailable(
            _(
                "{name} has no minimal pairs: it has no language head, reads no language in which they are written, "
                "or with all its heads it is no better than chance."
            ).format(name=listed(asked)),
            _("Its heads can be called pattern specialists at most."),
        )
    rows = by_relation(table[table["model"] == names[0]])
    return Finding(
        "minimal_pairs",
        escape(" ".join((names[0] + ":", *(_sentence(row) for row in rows.to_dict("records"))))),
        rows.drop(columns=["model", "label"]),
        partial(charts.minimal_pairs, rows, title=_("minimal pairs answered rightly")),
        _(
            "Ring: all heads on. Dot: without the one head that is missed most, beside its name; the bar is what the "
            "95 % interval leaves open, an exact bound where hardly an answer changes. Dashed: chance. A relation "
            "that the intact model gets no better than by chance is left out. The head is the one that costs most of "
            "{heads}, so that the loss of answers is overstated; whether it is needed is told by the margin, tested "
            "over all of them. For text like these sentences, written for this project."
        ).format(heads=int(rows["heads"].max()))
        + " "
        + _(
            "English pairs ask for agreement, number after a determiner, and the form of a pronoun; Chinese ones for "
            "the second word of “although … but” and “because … so”. A translator is asked with the other language's "
            "sentence as its source, so one into English has the first three, one into Chinese the last two."
        ),
        int(rows["n"].max()),
        texts=_("{n} minimal pairs").format(n=int(rows["n"].max())),
    )


def by_relation(rows: pd.DataFrame) -> pd.DataFrame:
    """A row for each relation: the head that is missed most, by its margin where that is known, else by its answers.

    model, relation, label, head, heads (how many were switched off), hurt (how many the relation needs), n, openings,
    intact, ablated, delta, low, high, and ``MARGINS`` where they are known.
    """
    by = "margin_lost" if "margin_lost" in rows and rows["margin_lost"].notna().any() else "delta"
    of_relation = rows.groupby("relation", sort=False)
    top = rows.loc[of_relation[by].idxmax()]
    counted = top["relation"].map
    known = [name for name in ("openings", *MARGINS) if name in top and top[name].notna().any()]
    # An interval without width, as earlier versions have it, excludes less than it says.
    low, high = supported(top["low"].to_numpy(), top["high"].to_numpy(), top["n"].to_numpy(), lowest=-1.0)
    return pd.DataFrame(
        {
            "model": top["model"],
            "relation": top["relation"],
            "label": [relation_label(relation) for relation in top["relation"]],
            "head": head_names(top, stack=True),
            "heads": counted(of_relation.size()),
            "hurt": counted(of_relation["hurts"].sum()),
            **{name: top[name] for name in ("n", "intact", "ablated", "delta", *known)},
            "low": low,
            "high": high,
        }
    ).reset_index(drop=True)


def _sentence(row: dict[str, object]) -> str:
    said = _(
        "{relation}, {intact:.0%} right with all heads, {hurt} of {heads} heads needed; without {head} {ablated:.0%}"
    )
    loss = _no_loss(float(row["low"]), float(row["high"]))  # type: ignore[arg-type]
    return said.format(**row | {"relation": row["label"]}) + loss


def _no_loss(low: float, high: float) -> str:
    if low > 0:
        return _(" (a loss of {low:.0%} to {high:.0%}).").format(low=low, high=high)
    if low == low:
        return _(" (no loss beyond chance; one of up to {high:.0%} is not excluded).").format(high=high)
    return _(" (too few for an interval).")
