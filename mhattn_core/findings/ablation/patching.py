"""Which heads carry what tells two openings apart, and whether other interventions name the same heads."""

from functools import partial
from itertools import combinations

import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import signed_digits
from mhattn_core.errors import NotAvailable, Problem
from mhattn_core.findings.ablation.effects import with_interval
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import models_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head, head_names
from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import column
from mhattn_core.measures.roles.verdicts import FALSE_DISCOVERIES
from mhattn_core.runs.run import Run
from mhattn_core.text.code_names import code_names
from mhattn_core.text.relations import relation_label

NAMED = 3
DIRECTIONS = ("good_to_bad", "bad_to_good")
INTERVENTIONS = ("output", "mean", "knockout")
COMPARED = 10
"""Heads of which every intervention is drawn."""
HEAD = ["stack", "layer", "head"]


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
    every = _of_relation(run, model, relation)
    rows = _only(every, kind=kind, direction=direction, positions=positions)
    name = stack or _stack_of(rows)
    _only(rows, stack=name)
    grid = _only(every, kind="output", direction="good_to_bad", positions="all")
    grid = grid.loc[grid["stack"] == name, HEAD]
    drawn = grid.merge(rows, on=HEAD, how="left").assign(
        measure="patching.recovery", value=lambda table: table["recovery"], model=rows["model"].iloc[0]
    )
    title = column("patching", "recovery").axis
    return Finding(
        "patching",
        escape(_sentence(rows)),
        _table(rows),
        partial(charts.head_grid, drawn, measure="patching.recovery", title=title, difference=True),
        " ".join((f"**{title}** · {column('patching', 'recovery').explanation}", _left_out(rows))),
        int(rows["n"].max()),
        draw_narrow=strongest_heads(drawn, title=title, end="farthest"),
        texts=_pairs(rows),
    )


@of_run("patching")
def attribution_agreement(
    run: Run, *, model: str = "", relation: str = "", direction: str = "good_to_bad", stack: str = ""
) -> Finding:
    """Whether one backward pass (attribution patching) ranks the heads of a model as patching them does."""
    rows = _only(_of_relation(run, model, relation), kind="output", direction=direction, positions="all")
    rows = _only(rows, stack=stack or _stack_of(rows))
    known = rows.dropna(subset=["attribution", "recovery"])
    x, y = (column("patching", name).axis for name in ("attribution", "recovery"))
    return Finding(
        "attribution_agreement",
        _agreement(known),
        _table(known),
        partial(
            charts.head_scatter, known.assign(x=known["attribution"], y=known["recovery"]), x=x, y=y, splits=(0, 0)
        ),
        _(
            "Attribution needs one backward pass for all heads, patching a forward pass for each. Attribution is linear "
            "in what later layers do; a head far from the diagonal is one for which they are not."
        ),
        int(rows["n"].max()),
        texts=_pairs(rows),
    )


@of_run("patching")
def interventions(run: Run, *, model: str = "", relation: str = "") -> Finding:
    """The heads that matter most for a relation by patching, ablation and attention knockout, beside each other."""
    every = _of_relation(run, model, relation)
    moved = every[(every["kind"] != "output") | (every["direction"] == "bad_to_good")]
    rows = moved[moved["kind"].isin(INTERVENTIONS) & moved["positions"].isin(("", "all"))]
    rows = rows.assign(name=head_names(rows, stack=rows["stack"].nunique() > 1))
    wide = rows.pivot_table(index=HEAD, columns="kind", values="recovery")
    largest = wide.abs().max(axis=1).nlargest(COMPARED).index
    drawn = rows[rows.set_index(HEAD).index.isin(largest)].sort_values("recovery", key=abs, ascending=False)
    names = _names()
    return Finding(
        "interventions",
        escape(_compared(rows, wide, names)),
        _table(rows),
        partial(
            charts.interventions,
            drawn.assign(intervention=drawn["kind"].map(names)),
            names=[names[kind] for kind in INTERVENTIONS if kind in wide],
            title=column("patching", "recovery").axis,
        ),
        _(
            "A row is a head; every mark says how far the answer after the good opening moves towards that after the bad "
            "one, with its 95 % interval. Patching puts in what the head gives after the bad opening; ablation, its mean; "
            "knockout takes out its weights from the position that answers to the changed words, and nothing else. They "
            "ask different things: ablation also costs what the head does for any text, and knockout finds only heads "
            "that carry the change straight to the answer."
        )
        + " "
        + _left_out(rows),
        int(rows["n"].max()),
        texts=_pairs(rows),
    )


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


def _names() -> dict[str, str]:
    return {"output": _("patching"), "mean": _("ablation"), "knockout": _("knockout")}


def _of_relation(run: Run, model: str, relation: str) -> pd.DataFrame:
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
    return _only(rows, relation=relation or str(rows["relation"].iloc[0]))


def _only(rows: pd.DataFrame, **chosen: str) -> pd.DataFrame:
    for name, value in chosen.items():
        own = rows[rows[name] == value]
        if own.empty:
            raise Problem(
                _("The run has nothing of “{what}” for these models and this stack.").format(what=value),
                _("Choose one of: {names}.").format(names=listed(filter(None, rows[name].unique()))),
            )
        rows = own
    return rows.reset_index(drop=True)


def _stack_of(rows: pd.DataFrame) -> str:
    """The stack of the head that carries most."""
    return str(rows.loc[rows["recovery"].abs().idxmax(), "stack"])


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    named = rows.assign(name=head_names(rows, stack=True)).sort_values("recovery", ascending=False, ignore_index=True)
    columns = ("name", "relation", "kind", "direction", "positions", "clean", "corrupt", "patched", "recovery")
    return named[[*columns, "low", "high", "p", "q", "attribution", "n", "units"]]


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


def _pairs(rows: pd.DataFrame) -> str:
    return _("{n} minimal pairs").format(n=int(rows["n"].max()))


def _left_out(rows: pd.DataFrame) -> str:
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


def _compared(rows: pd.DataFrame, wide: pd.DataFrame, names: dict[str, str]) -> str:
    first = rows.iloc[0]
    kinds = [kind for kind in INTERVENTIONS if kind in wide]
    pairs = listed(
        _("{one} and {other} {agreement:.2f}").format(
            one=names[one], other=names[other], agreement=wide[one].corr(wide[other], method="spearman")
        )
        for one, other in combinations(kinds, 2)
    )
    said = _("{model}, {relation}: how alike they rank {heads} heads (Spearman): {pairs}.").format(
        model=first["model"], relation=contrast_label(str(first["relation"])), heads=len(wide), pairs=pairs
    )
    if rows["q"].isna().all():
        return said
    clear = rows[(rows["q"] <= FALSE_DISCOVERIES) & (rows["recovery"] > 0)]
    counts = listed(f"{names[kind]} {int((clear['kind'] == kind).sum())}" for kind in kinds)
    by_all = clear.groupby(HEAD).size().eq(len(kinds)).sum()
    return f"{said} " + _(
        "Heads without which the answer falls (q ≤ 0.05): {counts}; by every one of them {all}."
    ).format(counts=counts, all=int(by_all))
