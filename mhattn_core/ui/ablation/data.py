"""What the page Ablation draws from: the sidebar's pair through one model, or a run; by which quantity and kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from mhattn_core.attention.ablation import Kind, kinds_of
from mhattn_core.attention.attend import AttentionResult
from mhattn_core.experiments.ablation.pair import (
    ablate_each,
    pair_clusters,
    pair_curves,
    pair_interactions,
    pair_keep_one,
)
from mhattn_core.experiments.ablation.quantities import quantities_of
from mhattn_core.experiments.ablation.single_head import ranked
from mhattn_core.findings.ablation.measured import AblationTable, quantities_in
from mhattn_core.findings.of_pair import code_of, source_of
from mhattn_core.heads import Head
from mhattn_core.locale import _, listed
from mhattn_core.measures.ablation.quantities import covers
from mhattn_core.measures.quantities import quantity
from mhattn_core.runs.run import Run
from mhattn_core.text.code_names import code_names
from mhattn_core.text.prose import prose
from mhattn_core.ui import quantity_choice
from mhattn_core.ui.choices import choose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import holds
from mhattn_core.ui.kept import kept
from mhattn_core.ui.names import model_label, short_text
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


def damage(found: AblationContext) -> AblationTable:
    """What each head costs alone: the run's ``ablation``, or else the pair's, measured here; of one kind."""
    measured, model = from_run(found, "ablation"), found.seen.model
    if measured is not None:
        heads = measured.table["kind"].value_counts()
        whole = [kind for kind in kinds_of(model) if heads.get(kind, 0) == heads.max()]
        kind = choose_kind(whole, MEASURED_KIND)
        rows = measured.table[measured.table["kind"] == kind]
        code = f'{measured.code}.query("kind == {kind!r}")'
        return replace(measured, table=rows, pairs=int(rows["n"].max()), code=code)
    return _alone(found.seen, choose_kind(kinds_of(model), MEASURED_KIND))


def groups_off(found: AblationContext, alone: AblationTable) -> AblationTable | None:
    """The run's ``cluster_ablation``, or else the pair's groups, switched off as ``alone`` was, which holds each head's
    own cost; None where the run found no group: the pair's would stand beside costs over the run.
    """
    if from_run(found, "ablation") is not None:
        return from_run(found, "cluster_ablation")
    says = _("Switching off groups of heads of {name}. Stop cancels.")
    kind = alone.kind
    each = f"{ablate_each.__name__}(seen.model, pair, kind={kind!r})"
    return _on_pair(found.seen, pair_clusters, says, f"{each}, {kind!r}", (ablate_each,), alone=alone.table, kind=kind)


def curves(found: AblationContext) -> AblationTable:
    """The run's ``curves``, or else the pair's."""
    says = _("Switching off more and more heads of {name}, in 21 orders. Stop cancels.")
    return from_run(found, "curves") or _on_pair(found.seen, pair_curves, says)


def kept_alone(found: AblationContext) -> AblationTable:
    """The run's ``keep_one``, or else the pair's."""
    says = _("Keeping one head of each layer of {name} alone. Stop cancels.")
    return from_run(found, "keep_one") or _on_pair(found.seen, pair_keep_one, says)


def costliest_together(found: AblationContext) -> AblationTable | None:
    """``two_off`` of the pair's heads of the largest effect."""
    if not _has_loss(found.seen):
        return None
    return two_off(found.seen, ranked(_alone(found.seen, "mean").table, "delta")[:PAIRED])


def two_off(seen: AttentionResult, heads: Sequence[Head]) -> AblationTable | None:
    """Every two of these heads off on the pair; None, with the reason, for a model without a loss."""
    if not _has_loss(seen):
        return None
    says = _("Switching off pairs of heads of {name}. Stop cancels.")
    return _on_pair(seen, pair_interactions, says, f"{[tuple(head) for head in heads]!r}", heads=heads)


def _alone(seen: AttentionResult, kind: Kind) -> AblationTable:
    """Every head off alone on the pair."""
    says = _("Switching off every head of {name}, one at a time. Stop cancels.")
    return _on_pair(seen, ablate_each, says, f"kind={kind!r}", kind=kind)


def _has_loss(seen: AttentionResult) -> bool:
    if covers(quantities_of(seen.model)[0]):
        return True
    st.info(prose("no_language_head").format(name=model_label(seen.model.name)))
    return False


def from_run(found: AblationContext, name: str) -> AblationTable | None:
    """The model's rows of a run's table; None where there is no run, or it does not have them (``tell_missing`` says
    so).
    """
    run = found.run
    if run is None or not holds(run, name, found.name):
        return None
    return AblationTable.of_run(run, name, found.name, source_of(found.seen))


def tell_missing(found: AblationContext, name: str) -> None:
    """Say what a run does not hold, and the way out."""
    run = found.run
    if run is None or from_run(found, name) is not None:
        return
    if run.has(name):
        happened = _("The chosen run switched off no heads of {name}, only of: {models}.").format(
            name=found.name, models=listed(run.table(name)["model"].unique())
        )
    else:
        happened = _("The chosen run did not switch heads off.")
    remedy = prose("not_measured_yet")
    st.info(short_text(f"{happened} {remedy}"), icon=":material/info:")
    link("Runs", _("Measure with “ablation” under Data"))


def _on_pair(
    seen: AttentionResult,
    study: Callable[..., pd.DataFrame],
    says: str,
    written: str = "",
    named: tuple[Callable[..., pd.DataFrame], ...] = (),
    **choices: Any,
) -> AblationTable:
    """A table of the pair, made once. study: one of ``experiments.ablation``; says: what it does to ``{name}``;
    written: its choices in Python, in which the functions ``named`` stand.
    """
    text = says.format(name=model_label(seen.model.name))
    make = partial(study, seen.model, seen.pair, **choices)
    table = kept(study.__name__, seen, written, text, lambda tell: make(tell=tell))
    arguments = ", ".join(filter(None, ("seen.model, pair", written)))
    imports = [f"from {one.__module__} import {one.__name__}" for one in (study, *named)]
    code = code_of(seen, f"{study.__name__}({arguments})", *imports)
    return AblationTable(table, 1, source_of(seen), code=code)


def choose_quantity(rows: pd.DataFrame) -> str:
    """A quantity that the table has, the model's loss first."""
    names = quantities_in(rows)
    if len(names) == 1:
        return names[0]
    offered = {name: quantity(name) for name in names}
    return quantity_choice.choose_quantity(_("Quantity"), offered, key="quantity", pills=True).code


def choose_kind(kinds: Sequence[Kind], key: str) -> Kind:
    """A way to switch heads off; no choice where there is one."""
    if len(kinds) == 1:
        return kinds[0]
    chosen = choose(_("Switched off means"), code_names(kinds), key=key, pills=True, help_text=prose("switched_off"))
    return next(kind for kind in kinds if kind == chosen)
