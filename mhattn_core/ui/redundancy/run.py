"""Distances between heads as a run holds them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.experiments.redundancy.distance_table import square_of
from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.locale import _
from mhattn_core.measures.redundancy.head_distances import By
from mhattn_core.runs import Run
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_run, holds
from mhattn_core.ui.page import escape


@dataclass(frozen=True, eq=False)
class Squares:
    """All ``[head, head]``: distances ``here`` (indexed as ``distances`` gives them), on random words (``band [low or
    high, head, head]``: of JS only), with words shuffled; heads that share keys. n: pairs measured.
    """

    here: pd.DataFrame
    noise: np.ndarray
    band: np.ndarray
    shuffled: np.ndarray
    shared: np.ndarray
    n: int


def run_with_distances(controls: Controls, model: str) -> Run | None:
    """The run that is chosen as evidence, if it has this model's distances; else it is told why the pair is shown."""
    run = chosen_run(controls)
    if run is None:
        return None
    if not holds(run, "distances", model):
        st.info(
            _(
                "The run that is chosen as evidence holds no distances of {name}: here is the pair. Measure “distances” under “Runs”."
            ).format(name=escape(model))
        )
        return None
    return run


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs={Run: lambda run: (run.id, str(run.folder))})
def run_squares(run: Run, model: str, stack: str, by: By) -> Squares:
    """Raises Problem for a stack that the run does not have."""
    table = run.head_pairs
    rows = table[(table["model"] == model) & (table["stack"] == stack)]
    if rows.empty:
        raise Problem(_("The run has no such distance of {name}.").format(name=model), _("Choose another distance."))
    here = run.distances(model, stack, by)
    here.index = here.columns = pd.MultiIndex.from_tuples(
        [(model, stack, *head) for head in here.index], names=HEAD_COLUMNS
    )
    suffix = "" if by == "js" else f"_{by}"
    noise, shuffled = (square_of(rows, f"{name}{suffix}").to_numpy() for name in ("noise", "shuffled"))
    if by != "js":
        # Likeness in the table, distance here; a head is itself.
        noise, shuffled = (np.where(np.eye(len(here), dtype=bool), 0, 1 - square) for square in (noise, shuffled))
    band = np.stack([square_of(rows, end).to_numpy() for end in ("noise_low", "noise_high")])
    shared = square_of(rows.assign(shared_keys=rows["shared_keys"].astype(float)), "shared_keys").to_numpy() > 0
    return Squares(here, noise, band, shuffled, shared, int(rows["n"].iloc[0]))
