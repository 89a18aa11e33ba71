"""What the Fault tolerance page draws from: the sidebar's pair through one model, or a run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from mhattn_core.attention import Seen
from mhattn_core.attention.ablation import HeadId, Kind
from mhattn_core.locale import _
from mhattn_core.measures.faults import (
    Trials,
    ablate_each,
    fault_curves,
    gradient_table,
    heads_of,
    keep_one,
    pair_interactions,
    quantities_of,
)
from mhattn_core.measures.faults.curves import DRAWS, removed_at
from mhattn_core.measures.faults.quantities import covers
from mhattn_core.runs import Run
from mhattn_core.ui.faults.kept import Tell, kept
from mhattn_core.ui.navigation import link
from mhattn_core.ui.page import escape
from mhattn_core.ui.sidebar import Controls

KINDS: tuple[Kind, ...] = ("mean", "zero", "uniform")
MEASURED_KIND = "measured-kind"
PAIRED = 6
"""Heads of which every two are switched off together on one pair of sentences: 15 pairs."""


@dataclass(frozen=True, eq=False)
class Faults:
    """One model on the page. seen: the sidebar's pair, an example beside a run; place: the model's in the sidebar."""

    seen: Seen
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
class Evidence:
    """Rows of one table about one model. pairs: how many they rest on; source: for files."""

    table: pd.DataFrame
    pairs: int
    source: str


def damage(found: Faults) -> Evidence:
    """What each head costs alone: the run's ``ablation``, or else the pair's, measured here; of one kind."""
    evidence = from_run(found, "ablation")
    if evidence is not None:
        kind = choose_kind([kind for kind in KINDS if (evidence.table["kind"] == kind).any()], MEASURED_KIND)
        rows = evidence.table[evidence.table["kind"] == kind]
        return replace(evidence, table=rows, pairs=int(rows["n"].max()))
    model, pair = found.seen.model, found.seen.pair
    kind = choose_kind([kind for kind in KINDS if kind != "uniform" or model.attention.gives_values], MEASURED_KIND)
    says = _("Switching off every head of {name}, one at a time. Stop cancels.")
    return _on_pair(found, "damage", kind, says, lambda tell: ablate_each(model, pair, kind=kind, tell=tell))


def curves(found: Faults) -> Evidence:
    """The run's ``curves``, or else the pair's."""

    def make(tell: Tell) -> pd.DataFrame:
        trials = Trials(found.seen.model, [found.seen.pair])
        ranked = gradient_table(trials).sort_values("gradient_importance", ascending=False, kind="stable")
        heads = [(row.stack, int(row.layer), int(row.head)) for row in ranked.itertuples()]
        # The two ends are the same in every order.
        sets = 2 + (1 + DRAWS) * (len(removed_at(len(heads))) - 2)
        return fault_curves(trials, heads, "mean", tell=_counted(tell, sets))

    says = _("Switching off more and more heads of {name}, in 21 orders. Stop cancels.")
    return from_run(found, "curves") or _on_pair(found, "curves", "", says, make)


def kept_alone(found: Faults) -> Evidence:
    """The run's ``keep_one``, or else the pair's."""

    def make(tell: Tell) -> pd.DataFrame:
        trials = Trials(found.seen.model, [found.seen.pair])
        layers = sum(found.seen.model.attention.layers(stack) for stack in found.seen.stacks)
        return keep_one(trials, "mean", tell=_counted(tell, layers + len(heads_of(trials.model))))

    says = _("Keeping one head of each layer of {name} alone. Stop cancels.")
    return from_run(found, "keep_one") or _on_pair(found, "keep_one", "", says, make)


def interactions(found: Faults) -> Evidence | None:
    """The run's ``interactions``, or else those of the pair's costliest heads; None, with the reason, for a model without a loss."""
    evidence = from_run(found, "interactions")
    if evidence is not None:
        return evidence
    model, pair = found.seen.model, found.seen.pair
    if not covers(quantities_of(model)[0]):
        st.info(
            _(
                "{name} has no language head, so on one pair it has no loss: whether two heads cover for each other cannot be told from it. Over many pairs with a second sentence it can."
            ).format(name=escape(found.name))
        )
        return None
    says = _("Switching off every head of {name}, one at a time. Stop cancels.")
    alone = _on_pair(found, "damage", "mean", says, lambda tell: ablate_each(model, pair, kind="mean", tell=tell))
    heads = costliest(alone.table)
    says = _("Switching off pairs of heads of {name}. Stop cancels.")
    return _on_pair(found, "interactions", "", says, lambda tell: pair_interactions(model, pair, heads, tell=tell))


def costliest(rows: pd.DataFrame) -> list[HeadId]:
    """The heads whose loss alone costs most."""
    return [(row.stack, int(row.layer), int(row.head)) for row in rows.nlargest(PAIRED, "delta").itertuples()]


def from_run(found: Faults, name: str) -> Evidence | None:
    """The model's rows of a run's table; None where there is no run, or it does not have them (``tell_missing`` says so)."""
    run = found.run
    if run is None or not run.has(name):
        return None
    table = run.table(name)
    rows = table[table["model"] == found.name]
    return None if rows.empty else Evidence(rows, int(rows["n"].max()), f"{found.source} · run {run.id}")


def tell_missing(found: Faults, name: str) -> None:
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
    remedy = _("Measure the same pairs with “ablation” under Runs. Until then, what is shown rests on this pair: an example.")
    st.info(escape(f"{happened} {remedy}"), icon=":material/info:")
    link("Runs", _("Measure with “ablation” under Runs"))


def _on_pair(found: Faults, what: str, key: str, says: str, make: Callable[[Tell], pd.DataFrame]) -> Evidence:
    """A table of the pair, made once."""
    return Evidence(kept(what, found.seen, key, says.format(name=escape(found.name)), make), 1, found.source)


def _counted(tell: Tell, sets: int) -> Callable[[int], None]:
    """What hears of each set of heads that is done, and tells the share."""
    done = 0

    def more(passed: int) -> None:
        nonlocal done
        done += passed
        tell(done / sets)

    return more


QUANTITIES = ("loss", "divergence", "retrieval", "displacement")


def choose_quantity(rows: pd.DataFrame) -> str:
    """A quantity that the table has, the model's loss first."""
    quantities = [name for name in QUANTITIES if (rows["quantity"] == name).any()]
    if len(quantities) == 1:
        return quantities[0]
    # The names of quantities are the library's own in every language, as in tables and addresses.
    return str(st.segmented_control(_("Quantity"), quantities, default=quantities[0], required=True, key="quantity", bind="query-params"))


def choose_kind(kinds: Sequence[Kind], key: str) -> Kind:
    """A way to switch heads off; no choice where there is one."""
    if len(kinds) == 1:
        return kinds[0]
    if st.session_state.get(key) not in (None, *kinds):
        st.session_state[key] = kinds[0]
    # The names of kinds are the library's own in every language, as in tables and addresses.
    chosen = st.segmented_control(
        _("Switched off means"),
        kinds,
        default=kinds[0],
        required=True,
        key=key,
        bind="query-params",
        help=_(
            "zero: the head gives nothing. mean: it gives its mean over the positions read, the same everywhere; before the first word that is its own output. uniform: it looks at all words equally."
        ),
    )
    return chosen or kinds[0]
