"""What the page Ablation draws from: the sidebar's pair through one model, or a run."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from mhattn_core.attention import AttentionResult
from mhattn_core.attention.ablation import Kind, kinds_on_a_pair
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
from mhattn_core.findings import Finding
from mhattn_core.findings.ablation.measured import Measured
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_pair import code_of, source_of
from mhattn_core.findings.of_run import RunFinding
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.runs import Run
from mhattn_core.ui.ablation.choice import choose_kind
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


@dataclass(frozen=True, eq=False)
class AblationTable:
    """Rows of one table about one model: of ``run``, or else of the pair. pairs: how many they rest on; source, code: as
    of a ``Finding``.
    """

    table: pd.DataFrame
    pairs: int
    source: str
    run: Run | None = None
    code: str = ""

    @property
    def kind(self) -> str:
        """How heads were switched off; of a table with several ways, the first."""
        return str(self.table["kind"].iloc[0])

    def rows(self, quantity: str, stack: str = "") -> Measured:
        """Those of one quantity, and of one stack where it is given."""
        own = self.table[self.table["quantity"] == quantity]
        own = own[own["stack"] == stack] if stack else own
        return Measured(own, self.pairs, self.source, self.code)

    def finding(self, of_run: RunFinding[...], on_pair: Callable[[], Finding], **choices: str) -> Finding:
        """What is said of these rows: of a run by its name, with choices; of the pair as it is made."""
        if self.run is None:
            return on_pair()
        return of_run(self.run, model=str(self.table["model"].iloc[0]), **choices)


def damage(found: AblationContext) -> AblationTable:
    """What each head costs alone: the run's ``ablation``, or else the pair's, measured here; of one kind."""
    measured, model = from_run(found, "ablation"), found.seen.model
    if measured is not None:
        heads = measured.table["kind"].value_counts()
        whole = [kind for kind in kinds_on_a_pair(model) if heads.get(kind, 0) == heads.max()]
        kind = choose_kind(whole, MEASURED_KIND)
        rows = measured.table[measured.table["kind"] == kind]
        return replace(measured, table=rows, pairs=int(rows["n"].max()))
    return _alone(found.seen, choose_kind(kinds_on_a_pair(model), MEASURED_KIND))


def groups_off(found: AblationContext, alone: AblationTable) -> AblationTable | None:
    """The run's ``cluster_ablation``, or else the pair's groups, switched off as ``alone`` was, which holds each head's
    own cost; None where the run found no group: the pair's would stand beside costs over the run.
    """
    if from_run(found, "ablation") is not None:
        return from_run(found, "cluster_ablation")
    model, pair = found.seen.model, found.seen.pair
    kind: Kind = alone.table["kind"].iloc[0]
    return _on_pair(
        found.seen,
        "groups",
        kind,
        _("Switching off groups of heads of {name}. Stop cancels."),
        lambda tell: pair_clusters(model, pair, alone.table, kind, tell=tell),
        "ablate_each, pair_clusters",
        f"pair_clusters(seen.model, pair, ablate_each(seen.model, pair, kind={kind!r}), {kind!r})",
    )


def curves(found: AblationContext) -> AblationTable:
    """The run's ``curves``, or else the pair's."""
    model, pair = found.seen.model, found.seen.pair
    says = _("Switching off more and more heads of {name}, in 21 orders. Stop cancels.")
    return from_run(found, "curves") or _on_pair(
        found.seen,
        "curves",
        "",
        says,
        lambda tell: pair_curves(model, pair, tell=tell),
        "pair_curves",
        "pair_curves(seen.model, pair)",
    )


def kept_alone(found: AblationContext) -> AblationTable:
    """The run's ``keep_one``, or else the pair's."""
    model, pair = found.seen.model, found.seen.pair
    says = _("Keeping one head of each layer of {name} alone. Stop cancels.")
    return from_run(found, "keep_one") or _on_pair(
        found.seen,
        "keep_one",
        "",
        says,
        lambda tell: pair_keep_one(model, pair, tell=tell),
        "pair_keep_one",
        "pair_keep_one(seen.model, pair)",
    )


def costliest_together(found: AblationContext) -> AblationTable | None:
    """``two_off`` of the pair's heads of the largest effect."""
    if not _has_loss(found.seen):
        return None
    return two_off(found.seen, ranked(_alone(found.seen, "mean").table, "delta")[:PAIRED])


def two_off(seen: AttentionResult, heads: Sequence[Head]) -> AblationTable | None:
    """Every two of these heads off on the pair; None, with the reason, for a model without a loss."""
    if not _has_loss(seen):
        return None
    return _on_pair(
        seen,
        "interactions",
        tuple(heads),
        _("Switching off pairs of heads of {name}. Stop cancels."),
        lambda tell: pair_interactions(seen.model, seen.pair, heads, tell=tell),
        "pair_interactions",
        f"pair_interactions(seen.model, pair, {[tuple(head) for head in heads]!r})",
    )


def _alone(seen: AttentionResult, kind: Kind) -> AblationTable:
    """Every head off alone on the pair."""
    return _on_pair(
        seen,
        "damage",
        kind,
        _("Switching off every head of {name}, one at a time. Stop cancels."),
        lambda tell: ablate_each(seen.model, seen.pair, kind=kind, tell=tell),
        "ablate_each",
        f"ablate_each(seen.model, pair, kind={kind!r})",
    )


def _has_loss(seen: AttentionResult) -> bool:
    if covers(quantities_of(seen.model)[0]):
        return True
    st.info(
        _(
            "{name} has no language head, so on one pair it has no loss: whether two heads compensate for each other cannot be told from it. Over many pairs with a second sentence it can."
        ).format(name=escape(seen.model.name))
    )
    return False


def from_run(found: AblationContext, name: str) -> AblationTable | None:
    """The model's rows of a run's table; None where there is no run, or it does not have them (``tell_missing`` says
    so).
    """
    run = found.run
    if run is None or not holds(run, name, found.name):
        return None
    rows = run.table(name, model=found.name)
    return AblationTable(rows, int(rows["n"].max()), f"{source_of(found.seen)} · run {run.id}", run)


def tell_missing(found: AblationContext, name: str) -> None:
    """Say what a run does not hold, and the way out."""
    run = found.run
    if run is None or from_run(found, name) is not None:
        return
    if run.has(name):
        happened = _("The chosen run switched off no heads of {name}, only of: {models}.").format(
            name=found.name, models=", ".join(run.table(name)["model"].unique())
        )
    else:
        happened = _("The chosen run did not switch heads off.")
    remedy = _(
        "Measure the same pairs with “ablation” under Data. Until then, what is shown rests on this pair: an example."
    )
    st.info(escape(f"{happened} {remedy}"), icon=":material/info:")
    link("Runs", _("Measure with “ablation” under Data"))


def _on_pair(
    seen: AttentionResult,
    what: str,
    key: Hashable,
    says: str,
    make: Callable[[Tell], pd.DataFrame],
    names: str,
    expression: str,
) -> AblationTable:
    """A table of the pair, made once. expression: that gives it in Python, with names of the experiments of ablation."""
    table = kept(what, seen, key, says.format(name=escape(seen.model.name)), make)
    code = code_of(seen, expression, f"from mhattn_core.experiments.ablation import {names}")
    return AblationTable(table, 1, source_of(seen), code=code)
