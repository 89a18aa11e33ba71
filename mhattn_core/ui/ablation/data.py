"""What the Fault tolerance page draws from: the sidebar's pair through one model, or a run."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from mhattn_core.attention import AttentionResult
from mhattn_core.experiments.ablation import (
    ablate_each,
    pair_clusters,
    pair_curves,
    pair_interactions,
    pair_keep_one,
    quantities_of,
)
from mhattn_core.experiments.ablation.quantities import covers
from mhattn_core.experiments.ablation.single_head import ranked
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.runs import Run
from mhattn_core.ui.ablation.choice import KINDS, choose_kind
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import holds
from mhattn_core.ui.kept import Tell, kept
from mhattn_core.ui.navigation import link

MEASURED_KIND = "measured-kind"
PAIRED = 6
"""Heads of which every two are switched off together on one pair of sentences: 15 pairs."""


@dataclass(frozen=True, eq=False)
class AblationContext:
    """One model on the page. seen: the sidebar's pair, an example beside a run; place: the model's in the sidebar."""

    seen: AttentionResult
    place: int
    controls: Controls
    run: Run | None

    @property
    def name(self) -> str:
        return self.seen.model.name

    @property
    def source(self) -> str:
        """The model with its revision, for files that leave the dashboard."""
        return f"{self.name}@{self.seen.model.revision}"


@dataclass(frozen=True, eq=False)
class Measured:
    """Rows of one table about one model. pairs: how many they rest on; source: for files."""

    table: pd.DataFrame
    pairs: int
    source: str


def damage(found: AblationContext) -> Measured:
    """What each head costs alone: the run's ``ablation``, or else the pair's, measured here; of one kind."""
    measured = from_run(found, "ablation")
    if measured is not None:
        heads = measured.table["kind"].value_counts()
        kind = choose_kind([kind for kind in KINDS if heads.get(kind, 0) == heads.max()], MEASURED_KIND)
        rows = measured.table[measured.table["kind"] == kind]
        return replace(measured, table=rows, pairs=int(rows["n"].max()))
    model, pair = found.seen.model, found.seen.pair
    kind = choose_kind([kind for kind in KINDS if kind != "uniform" or model.attention.gives_values], MEASURED_KIND)
    says = _("Switching off every head of {name}, one at a time. Stop cancels.")
    return _on_pair(found.seen, "damage", kind, says, lambda tell: ablate_each(model, pair, kind=kind, tell=tell))


def groups_off(found: AblationContext, alone: Measured) -> Measured | None:
    """The run's ``cluster_ablation``, or else the pair's groups, switched off as ``alone`` was, which holds each head's
    own cost; None where the
    run found no group: the pair's would stand beside costs over the run."""
    if from_run(found, "ablation") is not None:
        return from_run(found, "cluster_ablation")
    model, pair, kind = found.seen.model, found.seen.pair, alone.table["kind"].iloc[0]
    says = _("Switching off groups of heads of {name}. Stop cancels.")
    return _on_pair(
        found.seen, "groups", kind, says, lambda tell: pair_clusters(model, pair, alone.table, kind, tell=tell)
    )


def curves(found: AblationContext) -> Measured:
    """The run's ``curves``, or else the pair's."""
    model, pair = found.seen.model, found.seen.pair
    says = _("Switching off more and more heads of {name}, in 21 orders. Stop cancels.")
    return from_run(found, "curves") or _on_pair(
        found.seen, "curves", "", says, lambda tell: pair_curves(model, pair, tell=tell)
    )


def kept_alone(found: AblationContext) -> Measured:
    """The run's ``keep_one``, or else the pair's."""
    model, pair = found.seen.model, found.seen.pair
    says = _("Keeping one head of each layer of {name} alone. Stop cancels.")
    return from_run(found, "keep_one") or _on_pair(
        found.seen, "keep_one", "", says, lambda tell: pair_keep_one(model, pair, tell=tell)
    )


def costliest_together(found: AblationContext) -> Measured | None:
    """``two_off`` of the pair's costliest heads."""
    model, pair = found.seen.model, found.seen.pair
    if not _has_loss(found.seen):
        return None
    says = _("Switching off every head of {name}, one at a time. Stop cancels.")
    alone = _on_pair(found.seen, "damage", "mean", says, lambda tell: ablate_each(model, pair, kind="mean", tell=tell))
    return two_off(found.seen, ranked(alone.table, "delta")[:PAIRED])


def two_off(seen: AttentionResult, heads: Sequence[Head]) -> Measured | None:
    """Every two of these heads off on the pair; None, with the reason, for a model without a loss."""
    if not _has_loss(seen):
        return None
    says = _("Switching off pairs of heads of {name}. Stop cancels.")
    return _on_pair(
        seen,
        "interactions",
        tuple(heads),
        says,
        lambda tell: pair_interactions(seen.model, seen.pair, heads, tell=tell),
    )


def _has_loss(seen: AttentionResult) -> bool:
    if covers(quantities_of(seen.model)[0]):
        return True
    st.info(
        _(
            "{name} has no language head, so on one pair it has no loss: whether two heads cover for each other cannot be told from it. Over many pairs with a second sentence it can."
        ).format(name=escape(seen.model.name))
    )
    return False


def from_run(found: AblationContext, name: str) -> Measured | None:
    """The model's rows of a run's table; None where there is no run, or it does not have them (``tell_missing`` says
    so).
    """
    run = found.run
    if run is None or not holds(run, name, found.name):
        return None
    rows = run.table(name, model=found.name)
    return Measured(rows, int(rows["n"].max()), f"{found.source} · run {run.id}")


def tell_missing(found: AblationContext, name: str) -> None:
    """Say what a run does not hold, and the way out."""
    run = found.run
    if run is None or from_run(found, name) is not None:
        return
    if run.has(name):
        happened = _("The run that is chosen as evidence switched off no heads of {name}, only of: {models}.").format(
            name=found.name, models=", ".join(run.table(name)["model"].unique())
        )
    else:
        happened = _("The run that is chosen as evidence did not switch heads off.")
    remedy = _(
        "Measure the same pairs with “ablation” under Runs. Until then, what is shown rests on this pair: an example."
    )
    st.info(escape(f"{happened} {remedy}"), icon=":material/info:")
    link("Runs", _("Measure with “ablation” under Runs"))


def _on_pair(
    seen: AttentionResult, what: str, key: Hashable, says: str, make: Callable[[Tell], pd.DataFrame]
) -> Measured:
    """A table of the pair, made once."""
    model = seen.model
    return Measured(
        kept(what, seen, key, says.format(name=escape(model.name)), make), 1, f"{model.name}@{model.revision}"
    )
