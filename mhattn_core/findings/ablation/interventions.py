"""Whether patching, ablation and attention knockout name the same heads, and what they say of the one that looks right."""

from functools import partial
from itertools import combinations

import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.ablation.effects import with_interval
from mhattn_core.findings.ablation.finder import Finder, finder_of
from mhattn_core.findings.ablation.patched import (
    HEAD,
    INTERVENTIONS,
    contrast_label,
    intervened,
    intervention_names,
    left_out,
    minimal_pairs_of,
    of_head,
    of_relation,
    table_of,
)
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_names
from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import column
from mhattn_core.measures.roles.verdicts import FALSE_DISCOVERIES
from mhattn_core.runs.run import Run

COMPARED = 10
"""Heads of which every intervention is drawn."""


@of_run("patching")
def interventions(run: Run, *, model: str = "", relation: str = "") -> Finding:
    """The heads that matter most for a relation by patching, ablation and attention knockout, beside each other."""
    every = of_relation(run, model, relation)
    rows = intervened(every)
    rows = rows.assign(name=head_names(rows, stack=rows["stack"].nunique() > 1))
    wide = rows.pivot_table(index=HEAD, columns="kind", values="recovery")
    finder = finder_of(run, str(rows["model"].iloc[0]), str(rows["relation"].iloc[0]))
    shown = [*wide.abs().max(axis=1).nlargest(COMPARED).index, *([] if finder is None else [finder.head])]
    drawn = rows[rows.set_index(HEAD).index.isin(shown)].sort_values("recovery", key=abs, ascending=False)
    names = intervention_names()
    return Finding(
        "interventions",
        escape(" ".join(filter(None, (_compared(rows, wide, names), _of_finder(rows, finder, names))))),
        table_of(rows),
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
        + _(
            "A causal model answers before it has read the word asked for, so a head that looks from that word to "
            "another cannot yet act there."
        )
        + " "
        + left_out(rows),
        int(rows["n"].max()),
        texts=minimal_pairs_of(rows),
    )


def _of_finder(rows: pd.DataFrame, finder: Finder | None, names: dict[str, str]) -> str:
    """What the interventions say of the head that seems to know the relation."""
    if finder is None:
        return ""
    own = of_head(rows, finder.head).set_index("kind")
    return _(
        "{head}, which finds this relation most often by where it looks ({rate:.0%} on held-out texts): {values}."
    ).format(
        head=finder.head.full_name,
        rate=finder.rate,
        values=listed(
            f"{names[kind]} {with_interval(*(own.loc[kind, name] for name in ('recovery', 'low', 'high')))}"
            for kind in INTERVENTIONS
            if kind in own.index
        ),
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
