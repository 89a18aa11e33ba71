"""Needles in haystacks, read by a network trained to say again what it has read: its retrieval head is the one that does
induction.
"""

import numpy as np
import pandas as pd
import pytest
import torch
from induction_network import as_model, repeating, trained, untrained

from mhattn_core.experiments.retrieval import search
from mhattn_core.experiments.retrieval.search import HEADS, MASKING, TRIALS, NeedlePlacement, passes, retrieval_tables
from mhattn_core.experiments.retrieval.trial import Trial, answer, make_trial
from mhattn_core.measures.retrieval.copied import copied_share, recall
from mhattn_core.models.model import Model
from mhattn_core.text.haystack import needles

FILLED, NEEDLE = 29, 8


def hidden(seed: int, depth: int) -> Trial:
    """Words that stand once, a needle of eight among them behind a word that stands again at the end."""
    ids = repeating(torch.Generator().manual_seed(seed), 1, FILLED + 1, FILLED)[0].numpy()
    places = np.arange(depth + 1, depth + 1 + NEEDLE)
    return Trial(np.append(ids, ids[depth]), places)


def scores(model: Model) -> np.ndarray:
    found = []
    for seed, depth in enumerate((2, 9, 16)):
        trial = hidden(seed, depth)
        said = answer(model, trial)
        found.append(copied_share(said.looked_at, said.written, trial.ids, trial.needle))
    return np.mean(found, axis=0)


def test_the_heads_that_look_up_what_is_copied_are_found() -> None:
    share = scores(trained())
    assert share[1].min() > 0.8  # both heads of the second layer do induction
    assert share[0].max() < 0.1


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_network_that_has_learned_nothing_has_none(seed: int) -> None:
    assert scores(as_model(untrained(seed), "random")).max() < 0.1


def test_without_these_heads_the_needle_is_lost() -> None:
    model, trial = trained(), hidden(7, 12)

    def found_again(*off: tuple[int, int]) -> float:
        said = answer(model, trial, {("decoder", *head): "zero" for head in off}).written
        return recall(said.tolist(), trial.ids[trial.needle].tolist())

    assert found_again() == found_again((1, 0)) == found_again((1, 1)) == 1
    assert found_again((1, 0), (1, 1)) < 0.5


@torch.no_grad()
def test_what_is_written_is_what_the_network_says_without_a_cache() -> None:
    model, trial = trained(), hidden(5, 3)
    said = answer(model, trial)
    ids = trial.ids.tolist()
    for token in said.written:
        assert token == int(model.network(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].argmax())
        ids.append(int(token))


def test_heads_that_are_off_are_off_while_the_text_is_read_in_parts(
    llama: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = Trial(np.arange(20, 60), np.array([3, 4, 5]))
    whole = answer(llama, trial, {("decoder", 1, 2): "zero"})
    monkeypatch.setattr("mhattn_core.experiments.retrieval.trial.CELLS_OF_PART", 300)
    assert llama.attention.reads_in_parts
    parts = answer(llama, trial, {("decoder", 1, 2): "zero"})
    assert (whole.written == parts.written).all()
    assert (whole.looked_at == parts.looked_at).all()


@pytest.mark.parametrize("depth", [0.0, 0.5, 1.0])
def test_a_haystack_is_as_long_as_was_asked_and_its_needle_stands_at_its_depth(
    smollm2: Model, depth: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    needle = needles("en")[0]
    trial = make_trial(smollm2, "en", needle, length=400, depth=depth, seed=1)
    assert 360 < len(trial.ids) <= 400
    assert smollm2.tokenizer.decode(trial.ids[trial.needle]).strip() == needle.answer.strip()
    assert abs(trial.needle[0] / len(trial.ids) - depth) < 0.12
    monkeypatch.setattr(Model, "longest", 300)  # an answer must fit behind it
    assert len(make_trial(smollm2, "en", needle, length=400, depth=depth, seed=1).ids) <= 250
    with pytest.raises(ValueError, match="no needle"):
        make_trial(smollm2, "en", needle, length=20, depth=depth, seed=1)


def test_tables_of_a_model_hold_scores_trials_and_masking(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [hidden(seed, 10) for seed in range(4)]
    monkeypatch.setattr(search, "MASKED_SHARES", (0.5,))
    monkeypatch.setattr(search, "_trial", lambda _model, _language, one, _seed: made[one.needle])
    asked = [
        NeedlePlacement(64, 0.25, 0),
        NeedlePlacement(64, 0.75, 1),
        NeedlePlacement(128, 0.25, 2),
        NeedlePlacement(128, 0.75, 3),
    ]
    told: list[int] = []
    tables = retrieval_tables(trained(), ["en"], asked=asked, tell=told.append)
    heads, trials, masking = (tables[name] for name in ("retrieval", "retrieval_trials", "retrieval_masking"))
    assert (tuple(heads), tuple(trials), tuple(masking)) == (HEADS, TRIALS, MASKING)
    assert heads.loc[heads["value"].idxmax(), "layer"] == 1
    assert heads["n"].eq(4).all()
    assert heads["low"].isna().all()
    assert trials["recall"].min() > 0.9
    assert masking["heads"].tolist() == [2] * 4
    assert masking.loc[masking["masked"] == "top", "recall"].item() < 0.6 < 0.9 < masking["intact"].min()
    assert masking["n"].eq(2).all()  # the shortest
    assert sum(told) == 4 + 2 * len(masking)


def test_models_that_do_not_write_have_no_rows(encoder: Model) -> None:
    tables = retrieval_tables(encoder, ["en"])
    assert all(isinstance(table, pd.DataFrame) and table.empty for table in tables.values())
    assert passes(trained()) == 0  # it reads 128 tokens, and the shortest haystack has 256
