"""Rows of patches of a run, of one model and relation, and what is said of any of them."""

import pandas as pd

from mhattn_core.errors import NotAvailable
from mhattn_core.findings.rows import models_of
from mhattn_core.heads import Head, head_names
from mhattn_core.locale import _, listed
from mhattn_core.runs.run import Run
from mhattn_core.text.relations import relation_label

HEAD = ["stack", "layer", "head"]
INTERVENTIONS = ("output", "mean", "knockout")
"""Kinds that are measured of every head and in the same unit: of the output that into the good run."""


def contrast_label(relation: str) -> str:
    """What a relation of contrasts is called; a reader's own group by its name."""
    own = {"ioi": _("indirect object (IOI)"), "own": _("pairs of the run")}
    if relation in own:
        return own[relation]
    try:
        return relation_label(relation)
    except KeyError:
        return relation


def patched_relations(run: Run, model: str) -> list[str]:
    """The relations of which a run has patches of a model."""
    table = run.table("patching")
    return list(table.loc[table["model"] == model, "relation"].unique())


def patched_parts(run: Run, model: str) -> list[str]:
    """The parts of heads that were moved, the output first."""
    table = run.table("patching")
    return list(table.loc[(table["model"] == model) & (table["direction"] != ""), "kind"].unique())


def of_relation(run: Run, model: str, relation: str) -> pd.DataFrame:
    """Rows of one model, by default the first that has any, and relation, by default its first."""
    table = run.table("patching")
    asked = models_of(run, [model] if model else [])
    names = [name for name in asked if (table["model"] == name).any()]
    if not names:
        raise NotAvailable(
            _(
                "{name} was not patched: it has no language head, reads no language in which the sentences are written, "
                "or answers no better than chance."
            ).format(name=listed(asked)),
            _("Choose a model with a language head."),
        )
    rows = table[table["model"] == names[0]]
    return only(rows, relation=relation or str(rows["relation"].iloc[0]))


def only(rows: pd.DataFrame, **chosen: str) -> pd.DataFrame:
    for name, value in chosen.items():
        own = rows[rows[name] == value]
        if own.empty:
            raise NotAvailable(
                _("The run has nothing of “{what}” for these models and this stack.").format(what=value),
                _("Choose one of: {names}.").format(names=listed(filter(None, rows[name].unique()))),
            )
        rows = own
    return rows.reset_index(drop=True)


def intervened(rows: pd.DataFrame) -> pd.DataFrame:
    """Those rows of a model's patches that are comparable interventions (``INTERVENTIONS``)."""
    moved = rows[(rows["kind"] != "output") | (rows["direction"] == "bad_to_good")]
    return moved[moved["kind"].isin(INTERVENTIONS) & moved["positions"].isin(("", "all"))]


def of_head(rows: pd.DataFrame, head: Head) -> pd.DataFrame:
    return rows[(rows["stack"] == head.stack) & (rows["layer"] == head.layer) & (rows["head"] == head.head)]


def intervention_names() -> dict[str, str]:
    return {"output": _("patching"), "mean": _("ablation"), "knockout": _("knockout")}


def table_of(rows: pd.DataFrame) -> pd.DataFrame:
    named = rows.assign(name=head_names(rows, stack=True)).sort_values("recovery", ascending=False, ignore_index=True)
    columns = ("name", "relation", "kind", "direction", "positions", "clean", "corrupt", "patched", "recovery")
    return named[[*columns, "low", "high", "p", "q", "attribution", "n", "units"]]


def minimal_pairs_of(rows: pd.DataFrame) -> str:
    return _("{n} minimal pairs").format(n=int(rows["n"].max()))


def left_out(rows: pd.DataFrame) -> str:
    row = rows.iloc[0]
    reasons = {
        "unequal": _("{n} whose openings differ in their number of tokens"),
        "unasked": _("{n} that cannot be asked"),
        "not_told_apart": _("{n} in which the model prefers the good word no more after the good opening"),
    }
    left = [says.format(n=row[name]) for name, says in reasons.items() if row[name]]
    counted = _("{n} of {contrasts} pairs count; for text like these sentences.").format(
        n=row["n"], contrasts=row["contrasts"]
    )
    return " ".join((counted, _("Left out are {reasons}.").format(reasons=listed(left)) if left else "")).strip()
