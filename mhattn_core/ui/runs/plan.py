"""Measuring pairs that are here: how they are fed, what to measure, what it will cost, and the start."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from mhattn_core.findings.runs.cost import cost_sentences, cost_table, cost_warnings
from mhattn_core.locale import _
from mhattn_core.models.checkpoints import checkpoints, expand
from mhattn_core.models.control_names import trained_name
from mhattn_core.runs import store
from mhattn_core.runs.corpus import corpus_digest, fed, records_of
from mhattn_core.runs.cost import Cost, estimate, refuse
from mhattn_core.runs.sets import EVERYTHING
from mhattn_core.runs.work import measurable
from mhattn_core.text.reading import PairRecord, Upload
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.feeding_choice import choose_feeding
from mhattn_core.ui.kept import Tell, made_once, of_costs
from mhattn_core.ui.names import known_names, model_label
from mhattn_core.ui.page import problems
from mhattn_core.ui.resources import loaded, precision
from mhattn_core.ui.runs.known import jobs, start
from mhattn_core.ui.runs.measures import choose_measures

BEGUN = "run-begun"


def plan_run(controls: Controls, upload: Upload) -> None:
    """All that a run of these pairs asks and says before it is begun."""
    with problems():
        records_of(upload)  # too many groups
        feeding = choose_feeding("run-feed")
        upload = replace(upload, pairs=fed(upload.pairs, feeding))
        allowed = measurable(feeding)
        everything = _costs(
            expand(controls.models), upload.pairs, tuple(name for name in EVERYTHING if name in allowed)
        )
        if not everything:
            return
        measures = choose_measures(everything, feeding)
        name = st.text_input(_("Name of the run"), upload.name, max_chars=100, key=f"run-name-{upload.name}")
        st.markdown(_("Models, from the sidebar: {models}.").format(models=model_label(*controls.models)))
        costs = _costs([cost.model for cost in everything], upload.pairs, measures)
        if not costs:
            return
        models = tuple(cost.model for cost in costs)
        if len(costs) < len(expand(controls.models)):
            st.info(_("The run will measure {models} only.").format(models=model_label(*models)))
        _say(costs, len(upload.pairs))
        refuse(costs, store.runs_folder())
        asked = (corpus_digest(upload.pairs), models, measures, precision())
        if st.button(_("Start"), type="primary", icon=":material/play_arrow:", disabled=_at_work(asked)):
            run = store.create(name.strip() or upload.name, models, measures, upload, precision())
            start(run, upload)
            st.session_state.setdefault(BEGUN, {})[asked] = run.key
            st.rerun()


def _at_work(asked: Hashable) -> bool:
    """Whether this session has begun the same run, and it waits or runs. asked: all that its numbers hang on."""
    job = jobs().get(st.session_state.get(BEGUN, {}).get(asked, ""))
    return job is not None and not job.over


def _costs(names: Sequence[str], records: Sequence[PairRecord], measures: tuple[str, ...]) -> list[Cost]:
    """Of each model, told once for the same pairs; one that cannot be measured says why, and is left out."""
    corpus = corpus_digest(records)
    costs: list[Cost] = []
    training = {one.name: one.series for one in checkpoints(names)}
    for place, name in enumerate(names):
        if like := next((cost for cost in costs if training.get(cost.model, "") == training.get(name)), None):
            costs.append(replace(like, model=name))  # of one architecture and tokenizer
            continue
        controls_known = trained_name(name) in {trained_name(before) for before in names[:place]}
        asked = (name, precision(), corpus, measures, controls_known)
        with problems(name):
            text = _("Measuring a few pairs with {name} to see what it will cost …").format(name=model_label(name))
            measure = partial(_estimated, name, records, measures, controls_known)
            cost = made_once(of_costs(), asked, text, measure)
            refuse([cost], store.runs_folder())
            costs.append(cost)
    return costs


def _estimated(
    name: str, records: Sequence[PairRecord], measures: tuple[str, ...], controls_known: bool, tell: Tell
) -> Cost:
    return estimate(loaded(name), records, measures, controls_known=controls_known, tell=tell)


def _say(costs: Sequence[Cost], pairs: int) -> None:
    said, why = cost_sentences(costs, pairs)
    st.markdown(said)
    st.caption(known_names().markdown(why))
    if len(costs) > 1:
        st.dataframe(cost_table(costs), hide_index=True, width="stretch")
    for warning in cost_warnings(costs):
        st.warning(known_names().markdown(warning), icon=":material/rule:")
