"""A classifier on labelled pairs read from a file: accuracy and logit difference with heads removed one at a time."""

import copy

import numpy as np
import pandas as pd
import pytest
import torch
from test_labels import NAMES, classifier

import mhattn_core as mh
from mhattn_core.measures.ablation.agreement import changed_answers_p
from mhattn_core.measures.ablation.effects_of import effects_of

PREMISES, HYPOTHESES = 40, 3
WORDS = ["the", "a", "cat", "mat", "it", "was", "very", "tired", "sits", "slept", "all", "day", "long", "and", "on"]


@pytest.fixture(scope="module")
def model() -> mh.Model:
    return classifier()


@pytest.fixture(scope="module")
def labelled(model: mh.Model) -> pd.DataFrame:
    """As MNLI comes: three hypotheses a premise, labels by name, some without one. Labels are the model's own answers
    but for a third, so that there is something to lose and something to win.
    """
    draw = np.random.default_rng(3)
    rows = []
    for _premise in range(PREMISES):
        premise = " ".join(draw.choice(WORDS, size=int(draw.integers(3, 14))))
        for number in range(HYPOTHESES):
            hypothesis = " ".join(draw.choice(WORDS, size=int(draw.integers(2, 6))))
            own = int(plain(model.network, model, premise, hypothesis).argmax())
            label = NAMES[(own + (draw.random() < 1 / 3)) % 3] if number else "-"
            rows.append((premise, hypothesis, label))
    return pd.DataFrame(rows, columns=["sentence1", "sentence2", "gold_label"]).drop_duplicates(ignore_index=True)


@torch.no_grad()
def plain(network: torch.nn.Module, model: mh.Model, premise: str, hypothesis: str) -> np.ndarray:
    return network(**model.tokenizer(premise, hypothesis, return_tensors="pt")).logits[0].double().numpy()


@pytest.fixture(scope="module")
def run(model: mh.Model, labelled: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> mh.Run:
    folder = tmp_path_factory.mktemp("mnli")
    labelled.to_csv(folder / "mnli.tsv", sep="\t", index=False)
    return mh.analyze([model], folder / "mnli.tsv", out=folder / "run", measures=("basic", "ablation"))


def test_accuracy_without_a_head_is_that_of_plain_transformers_with_its_columns_of_w_o_at_zero(
    run: mh.Run, model: mh.Model, labelled: pd.DataFrame
) -> None:
    table = run.table("ablation")
    rows = table[table["kind"] == "zero"].set_index("quantity")
    layer, head = (int(rows[name].iloc[0]) for name in ("layer", "head"))
    rows = rows[(rows["layer"] == layer) & (rows["head"] == head)]
    without = copy.deepcopy(model.network)
    size = model.network.config.hidden_size // model.network.config.num_attention_heads
    dense = without.bert.encoder.layer[layer].attention.output.dense
    dense.weight.data[:, head * size : (head + 1) * size] = 0
    known = labelled[labelled["gold_label"] != "-"]
    numbers = known["gold_label"].map({name: number for number, name in NAMES.items()}).to_numpy()
    for network, column in ((model.network, "intact"), (without, "ablated")):
        logits = np.stack([plain(network, model, *pair) for pair in known[["sentence1", "sentence2"]].to_numpy()])
        own = logits[np.arange(len(numbers)), numbers]
        others = np.where(np.eye(3)[numbers] > 0, -np.inf, logits).max(axis=1)
        assert rows.loc["accuracy", column] == pytest.approx((logits.argmax(axis=1) == numbers).mean())
        assert rows.loc["logit_difference", column] == pytest.approx((own - others).mean(), abs=1e-5)
    assert rows.loc["accuracy", "n"] == len(known)
    assert rows.loc["accuracy", "units"] == known["sentence1"].nunique()
    lost = rows.loc["accuracy", "intact"] - rows.loc["accuracy", "ablated"]
    assert rows.loc["accuracy", "delta"] == pytest.approx(lost)


def test_intervals_and_words(run: mh.Run) -> None:
    table = run.table("ablation")
    accuracy = table[(table["quantity"] == "accuracy") & (table["kind"] == "mean")]
    assert len(accuracy) == len(run.attending)
    assert accuracy[["intact", "ablated"]].stack().between(0, 1).all()
    assert (accuracy["low"] <= accuracy["delta"]).all()
    assert (accuracy["high"] >= accuracy["delta"]).all()
    assert (accuracy["high"] > accuracy["low"]).all()
    assert accuracy["q"].between(0, 1).all()
    finding = mh.finding(run, "ablation_effects", quantity="accuracy")
    worst = accuracy.loc[accuracy["delta"].idxmax()]
    assert finding.text.startswith(f"Accuracy with all heads: {worst['intact']:.3f}.")
    assert f"L{int(worst['layer'])} H{int(worst['head'])}" in finding.text.split("one at a time: ")[1].split(")")[0]
    assert "lower it when they are off" in finding.text
    assert "of at most 64 words a side" in finding.reading
    assert finding.draw().to_dict()
    for name in ("ablation_curve", "one_head_kept", "head_interactions"):
        assert mh.finding(run, name, quantity="accuracy").draw().to_dict()
    moved = mh.finding(run, "ablation_effects", quantity="divergence").text
    assert "move the classes' probabilities by less than 0.01 nats" in moved


def test_what_falls_is_counted_as_what_is_lost() -> None:
    """By hand: of 32 texts 20 are right; without the first head 14 of these and one of the others, without the second
    as before.
    """
    intact = np.array([1.0] * 20 + [0.0] * 12)
    first = intact.copy()
    first[:6], first[20] = 0, 1
    units = [str(number) for number in range(32)]
    rows = effects_of("accuracy", np.stack([first, intact]), intact, np.ones(32), units)
    assert rows["intact"].tolist() == [20 / 32] * 2
    assert rows["ablated"].tolist() == [15 / 32, 20 / 32]
    assert rows["delta"].tolist() == [5 / 32, 0]
    # 6 lost and 1 won: 2 · (1 + 7) / 2⁷.
    assert rows["p"].tolist() == [pytest.approx(2 * 8 / 128), 1]
    # Nothing changed in 32: up to 1 − 0.025^(1/32) is not excluded, either way.
    bound = 1 - 0.025 ** (1 / 32)
    assert (rows["low"][1], rows["high"][1]) == (pytest.approx(-bound), pytest.approx(bound))
    assert rows["low"][0] < 5 / 32 < rows["high"][0]
    logits = effects_of("logit_difference", np.full((1, 32), -0.5), np.linspace(0, 1, 32), np.ones(32), units)
    assert logits["delta"][0] == pytest.approx(1.0)
    assert logits["low"][0] < 1 < logits["high"][0]
    assert logits["low"][0] > 0.5
    assert np.isnan(changed_answers_p(np.ones((1, 5)), list("abcde"))).all()
    assert effects_of("displacement", np.ones((1, 32)), np.zeros(32), np.ones(32), units)["p"].isna().all()
