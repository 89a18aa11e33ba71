"""What pages draw from: the pair of the sidebar, or a run, on the runs that ship."""

import pytest

from mhattn_core.errors import Problem
from mhattn_core.runs import store
from mhattn_core.text.pair import SentencePair
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import PAIR, chosen_evidence, chosen_run, evidence_with, holds, manifest_of


def controls(evidence: str, *models: str) -> Controls:
    return Controls(models or ("minilm",), SentencePair("A cat."), "", evidence)


def of(table: str, model: str) -> str:
    """The key of a run that ships with rows of a table about a model."""
    return next(saved.key for saved in store.shipped() if holds(saved.open(), table, model))


def without(table: str) -> str:
    return next(saved.key for saved in store.shipped() if not saved.open().has(table))


def test_the_pair_is_no_run_and_a_run_that_is_gone_is_the_pair() -> None:
    assert chosen_evidence(controls(PAIR)) is chosen_run(controls("deleted-since")) is None
    found = chosen_evidence(controls(of("ablation", "minilm")))
    assert found is not None
    assert found.chosen
    assert chosen_run(controls(found.saved.key)) is found.run
    assert found.run.id in found.note


def test_a_page_that_draws_from_the_pair_too_cites_a_run_only_about_its_own_models() -> None:
    key = of("ablation", "minilm")
    assert manifest_of(controls(key), "ablation", pair_will_do=True) == chosen_run(controls(key)).manifest
    assert manifest_of(controls(key, "gpt2"), "ablation", pair_will_do=True) is None
    assert manifest_of(controls(key, "gpt2", "minilm"), "ablation", pair_will_do=True) is not None
    assert manifest_of(controls(PAIR), "ablation", pair_will_do=True) is None
    assert manifest_of(controls(without("ablation")), "ablation", pair_will_do=True) is None


def test_what_one_pair_cannot_tell_comes_from_a_run_all_the_same() -> None:
    found = evidence_with(controls(PAIR), "relations")
    assert not found.chosen
    assert found.saved.key == "ewt-dev"
    assert manifest_of(controls(PAIR), "relations", pair_will_do=False) == found.run.manifest
    assert found.origin("Read is “{name}”.") == f"Read is “{found.saved.about.name}”."
    chosen = evidence_with(controls(found.saved.key), "relations")
    assert chosen.origin("Read is “{name}”.") == f"From the run “{found.saved.about.name}”."


def test_a_chosen_run_without_the_table_is_refused_with_those_that_have_it() -> None:
    with pytest.raises(Problem, match="has not measured “relations”") as refused:
        evidence_with(controls(without("relations")), "relations")
    assert evidence_with(controls(PAIR), "relations").saved.about.name in str(refused.value.remedy)
    assert manifest_of(controls(without("relations")), "relations", pair_will_do=False) is None
    with pytest.raises(Problem, match="No run here has measured this"):
        evidence_with(controls(PAIR), "nothing")
