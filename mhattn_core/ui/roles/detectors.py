"""Known kinds of heads: what the run's detectors say, or a few random texts read now; and a pattern of one's own."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from mhattn_core.findings.detectors.heads import detected_heads, detector_grid
from mhattn_core.findings.detectors.live import detector_on_random_tokens, own_pattern
from mhattn_core.findings.retrieval.heads import needles_found, retrieval_heads, retrieval_masking
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.detectors.names import DETECTORS
from mhattn_core.measures.quantities import quantity
from mhattn_core.runs.run import Run
from mhattn_core.text.own_mask import mask_of
from mhattn_core.text.prose import prose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.names import model_label
from mhattn_core.ui.page import problems
from mhattn_core.ui.quantity_choice import choose_quantity
from mhattn_core.ui.resources import HASHES, loaded
from mhattn_core.ui.show import show
from mhattn_core.ui.turns import in_turn

if TYPE_CHECKING:
    from mhattn_core.models.model import Model

OWN = "own_mask"
LONGEST = 5000
"""Characters of a pattern that is typed."""
LIVE = tuple(name for name, detector in DETECTORS.items() if detector.on == "random")


def detectors_view(run: Run, models: Sequence[str], stacks: Mapping[str, str], controls: Controls) -> None:
    """One detector at a time, a grid a model: of the run where it has it, else of the models in the sidebar."""
    measured = set(run.table("detectors")["measure"]) if run.has("detectors") else set()
    names = [name for name in DETECTORS if name in (measured or LIVE) or name == OWN]
    asked = choose_quantity(_("Detector"), {name: quantity(name) for name in names}, key="detector").code
    typed = ""
    if asked not in (measured or LIVE):
        typed = st.text_area(
            _("Pattern"), "i - j == 1", max_chars=LONGEST, key="own-pattern", help=prose("own_pattern")
        )
    shown, made = models if asked in measured else controls.models, list[tuple[Any, Finding]]()
    for name, column in zip(shown, st.columns(min(len(shown), 2) or 1) * len(shown), strict=False):
        with column, problems(name):
            st.markdown(f"**{model_label(name)}**")
            if asked in measured:
                finding = detector_grid(run, model=name, stack=stacks[name], measure=asked)
            elif typed:
                seen = attended_with_progress(name, controls)
                finding = own_pattern(seen, stacks.get(name, seen.stacks[0]), mask_of(typed))
            else:
                with st.spinner(_("{name} reads random tokens …").format(name=model_label(name))):
                    model = loaded(name)
                    table = _on_random_tokens(model)
                finding = detector_on_random_tokens(model, table, stacks.get(name, model.stacks[0]), asked)
            made.append((column, finding))
    largest = max((float(finding.table["value"].max()) for _column, finding in made), default=1.0)
    for number, (column, finding) in enumerate(made):
        with column:
            show(finding, key=f"detector-{number}", domain=(0.0, max(largest, DETECTORS[asked].least)))
    if measured:
        show(detected_heads(run), key="detected")
    elif not typed:
        st.caption(prose("detectors_live"))
    if run.has("retrieval") and len(run.table("retrieval")):
        st.divider()
        for retrieval in (retrieval_heads, needles_found, retrieval_masking):
            show(retrieval(run), key=retrieval.name)


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=HASHES)
@in_turn
def _on_random_tokens(model: "Model") -> pd.DataFrame:
    from mhattn_core.experiments.detectors.live import detectors_on_random_tokens

    return detectors_on_random_tokens(model)
