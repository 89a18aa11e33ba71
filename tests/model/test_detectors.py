"""Detectors on a network trained to do induction, whose heads are known by what breaks without them; on networks that
have learned nothing; and their numbers against sums by hand.
"""

from copy import deepcopy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from cases import family_named, model_of
from induction_network import FIRST, as_model, repeating, trained, untrained

import mhattn_core as mh
from mhattn_core.attention.ablation import NOTHING, Ablation, switch_off
from mhattn_core.experiments.detectors import texts
from mhattn_core.experiments.detectors.controls import control_bounds
from mhattn_core.experiments.detectors.copying import Copying
from mhattn_core.experiments.detectors.detect import detections
from mhattn_core.experiments.detectors.live import detectors_on_random_tokens
from mhattn_core.experiments.detectors.texts import corpus_texts, random_texts, repeated
from mhattn_core.measures.detectors.names import DETECTORS, WINDOW
from mhattn_core.measures.detectors.table import Detections, StackDetector, detector_rows
from mhattn_core.models.model import Model
from mhattn_core.text.own_mask import mask_of
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations.resources import read_resources

PERIOD = 25


def records(number: int = 40) -> list[PairRecord]:
    """Texts of words that come back, of different documents."""
    random = np.random.default_rng(1)
    found = []
    for place in range(number):
        drawn = random.choice(np.arange(1, 72), 20, replace=False)
        text = " ".join(f"w{word}" for word in np.tile(drawn, 4))
        found.append(PairRecord(f"t{place}", mh.SentencePair(text), place, document=f"d{place}"))
    return found


@torch.no_grad()
def loss_without(model: Model, *heads: tuple[int, int], period: int = PERIOD) -> float:
    """Nats for a word from the second round on, in new texts, with these heads written to 0."""
    ids = repeating(torch.Generator().manual_seed(9), 16, min(3 * period, 100) + 1, period)
    off: Ablation = {("decoder", *head): "zero" for head in heads}
    with model.attention.watching(lambda call: switch_off(call, off, NOTHING)):
        scores = model.network(input_ids=ids, use_cache=False).logits[:, period:-1]
    return float(torch.nn.functional.cross_entropy(scores.flatten(0, 1), ids[:, period + 1 :].flatten()))


def table_of(model: Model) -> pd.DataFrame:
    controls = [control_bounds(model, records(), control=control) for control in ("@random", "@shuffled")]
    return pd.concat(
        [
            detector_rows(model.name, asked, of, *(of_control[asked] for of_control in controls))
            for asked, of in detections(model, records()).items()
        ]
    )


def passed(table: pd.DataFrame, measure: str) -> set[tuple[int, int]]:
    rows = table[(table["measure"] == measure) & table["detected"]]
    return set(zip(rows["layer"], rows["head"], strict=True))


def test_the_heads_of_a_network_trained_to_do_induction_are_found() -> None:
    """Induction takes two layers: who looks at the token before, and who looks at what followed and says it again."""
    model = trained()
    assert loss_without(model) < 0.2  # of ln 71 = 4.3 for a guess
    first, second = ([(layer, head) for head in range(2)] for layer in range(2))
    needed = {head for head in first if loss_without(model, head) > 2}
    assert len(needed) == 1
    assert all(loss_without(model, head) < 1 for head in second)  # each does what the other does
    assert loss_without(model, *second) > 2
    table = table_of(model)
    assert passed(table, "previous_token") == needed
    assert passed(table, "induction") == passed(table, "copying") == passed(table, "induction.text") == set(second)
    assert not passed(table, "duplicate_token")
    assert not passed(table, "first_occurrence")
    # Of a distance that it was never trained on it knows nothing, and so no head does.
    assert loss_without(model, period=50) > 4
    assert not passed(table, "induction.2x50")


@pytest.mark.parametrize("seed", range(1, 9))
def test_networks_that_have_learned_nothing_have_none(seed: int) -> None:
    table = pd.concat(
        detector_rows("random", *one) for one in detections(as_model(untrained(seed), "random"), records(8)).items()
    )
    of_weight = table[~table["measure"].isin(["copying", "output_norm"])]
    assert not of_weight["detected"].any()


def test_bounds_of_random_networks_hold_for_others() -> None:
    """Of one head in twenty networks or fewer, on the average; here of 24 others, over all detectors."""
    model = as_model(untrained(), "random")
    bounds = control_bounds(model, records(8), control="@random")
    beyond = total = 0
    for seed in range(100, 124):
        for asked, of in detections(as_model(untrained(seed), "random"), records(8), texts=8, windows=25).items():
            if asked.measure != "output_norm":
                beyond += of.best > bounds[asked]
                total += 1
    assert total == 24 * 8
    assert beyond / total <= 0.12


def test_weights_are_those_of_plain_attention() -> None:
    """Of a trained network on one text, against transformers' own patterns."""
    model = trained()
    found = detections(model, texts=2)
    fed = random_texts(model, "induction", texts=2)
    assert fed is not None
    eager = untrained()
    eager.load_state_dict(model.network.state_dict())
    eager.set_attn_implementation("eager")
    patterns = eager.eval()(input_ids=fed.inputs["input_ids"], output_attentions=True).attentions
    for layer, pattern in enumerate(patterns):
        before = pattern[:, :, np.arange(1, 101), np.arange(100)].sum(dim=-1)
        followed = sum(
            pattern[:, :, at, at - back * PERIOD + 1]
            for at in range(PERIOD + 1, 101)
            for back in range(1, 4)
            if at - back * PERIOD >= 1
        )
        for measure, total, count in (("previous_token", before, 100), ("induction", followed, 75)):
            sums = found[StackDetector("decoder", measure)].sums[layer]
            np.testing.assert_allclose(sums[..., 0], total.detach().numpy(), atol=1e-4)
            assert (sums[..., 1] == count).all()


@torch.no_grad()
def test_copying_is_what_a_key_adds_to_the_scores_by_itself() -> None:
    """One key's value through W_O, the norm's gain and the unembedding, step by step."""
    network = deepcopy(trained().network)
    network.model.norm.weight.copy_(torch.linspace(0.5, 2, 32))
    model = as_model(network, "uneven")
    fed = random_texts(model, "induction", texts=1)
    assert fed is not None
    copying = Copying.of(model, fed.ids["decoder"], fed.inputs)
    assert copying is not None
    ids = fed.inputs["input_ids"]
    words = torch.unique(ids[0, 1:])
    shares, expected = [], []

    def see(call: object) -> None:
        site = model.attention.sites["decoder"][call.layer]  # type: ignore[attr-defined]
        shares.append(copying.shares(call, site.projection))  # type: ignore[arg-type]
        layer = model.network.model.layers[call.layer].self_attn  # type: ignore[attr-defined]
        for head, key in ((1, 7), (0, 30)):
            out = layer.o_proj.weight[:, 16 * head : 16 * head + 16] @ call.value[0, head, key]  # type: ignore[attr-defined]
            scores = (model.network.lm_head.weight @ (out * model.network.model.norm.weight))[words]
            raised = (scores - scores.mean()).clamp(min=0)
            expected.append((head, key, float(raised[words == ids[0, key]] / raised.sum())))

    with model.attention.watching(see):
        model.network.model(input_ids=ids, use_cache=False)
    for number, (head, key, share) in enumerate(expected):
        assert float(shares[number // 2][0, head, key]) == pytest.approx(share, abs=1e-4)


POSITIONAL = {"previous_token", "duplicate_token", "first_occurrence"}
ON_CORPUS = {"sink.64", "own_mask"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bert", {"encoder": POSITIONAL | ON_CORPUS | {"output_norm"}}),
        ("deberta", {"encoder": POSITIONAL | ON_CORPUS | {"output_norm"}}),
        (
            "bloom",
            {"decoder": POSITIONAL | ON_CORPUS | {"output_norm", "induction", "induction.2x50", "induction.text"}},
        ),
        ("llama", {"decoder": {*DETECTORS}}),
        ("encoder-decoder", {"encoder": POSITIONAL, "decoder": POSITIONAL | {"induction", "induction.2x50"}}),
        ("t5", {"encoder": POSITIONAL, "decoder": POSITIONAL | {"induction", "induction.2x50"}}),
    ],
)
def test_each_kind_of_model_is_asked_what_is_defined_for_it(
    name: str, expected: dict[str, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that sees both sides is asked neither for induction nor for copying, one read without the tap not for
    copying, an encoder–decoder nothing about a corpus. These networks read short texts only.
    """
    monkeypatch.setattr(texts, "PERIODS", {"induction": (5, 4), "induction.2x50": (6, 2)})
    for size, value in {"WINDOW": 24, "COMMONEST": 0, "RAREST": 0}.items():
        monkeypatch.setattr(texts, size, value)
    corpus = [PairRecord("r", mh.SentencePair("the cat sits on a mat it was very tired and slept " * 4), 0)]
    found = detections(model_of(family_named(name)), corpus, mask_of("j == 0"), texts=2)
    of_stacks: dict[str, set[str]] = {}
    for asked in found:
        of_stacks.setdefault(asked.stack, set()).add(asked.measure)
    assert of_stacks == expected


def test_pieces_of_a_corpus_are_as_long_as_said_and_cross_no_document() -> None:
    model = trained()
    fed = corpus_texts(model, records(3))
    assert fed is not None
    assert fed.inputs["input_ids"].shape == (3, WINDOW)
    assert (fed.inputs["input_ids"][:, 0] == FIRST).all()
    assert sorted(fed.units) == ["d0", "d1", "d2"]
    assert corpus_texts(model, [PairRecord("x", mh.SentencePair("w1 w2"), 0)]) is None


def test_a_pattern_of_ones_own_is_the_mean_weight_on_it() -> None:
    model = trained()
    ours = detections(model, records(3), mask_of("j == 0"))[StackDetector("decoder", "own_mask")]
    sink = detections(model, records(3))[StackDetector("decoder", "sink.64")]
    for layer in range(2):
        np.testing.assert_allclose(ours.sums[layer], sink.sums[layer], rtol=1e-5)
    # What a causal head cannot see does not count.
    assert StackDetector("decoder", "own_mask") not in detections(model, records(3), mask_of("j > i"))


def test_random_texts_repeat_and_come_from_the_middle() -> None:
    ids = repeated(1000, 6, {500, 501}, seed=0, period=25, times=4)
    assert ids.shape == (6, 100)
    assert (ids.reshape(6, 4, 25) == ids[:, None, :25]).all()
    assert all(len(set(row)) == 25 for row in ids.tolist())
    assert ids.min() >= 100
    assert ids.max() < 900
    assert not np.isin(ids, [500, 501]).any()
    with pytest.raises(ValueError, match="larger sample"):
        repeated(50, 1, set(), seed=0, period=50, times=2)


def test_rows_have_the_quotient_of_sums_and_an_interval_from_thirty_texts_on() -> None:
    sums = np.zeros((32, 2, 2))
    sums[:, 0, 0], sums[:, 1, 0], sums[..., 1] = np.linspace(30, 50, 32), 10, 100
    rows = detector_rows(
        "m", StackDetector("decoder", "induction"), Detections({3: sums}, [str(n) for n in range(32)]), 0.2, 0.35
    )
    assert rows["value"].tolist() == pytest.approx([0.4, 0.1])
    assert rows["detected"].tolist() == [True, False]
    assert (rows["low"][0] < 0.4 < rows["high"][0], rows["n"].tolist()) == (True, [32, 32])
    # The value lies above the bound, its lower end does not.
    near = detector_rows(
        "m", StackDetector("decoder", "induction"), Detections({3: sums}, [str(n) for n in range(32)]), 0.2, 0.395
    )
    assert not near["detected"].any()
    # What asks for no more than to be above the controls cannot be told without them.
    alone = Detections({3: sums}, [str(n) for n in range(32)])
    assert not detector_rows("m", StackDetector("decoder", "copying"), alone)["detected"].any()
    assert detector_rows("m", StackDetector("decoder", "copying"), alone, 0.2, 0.2)["detected"].tolist() == [
        True,
        False,
    ]
    few = detector_rows(
        "m", StackDetector("decoder", "output_norm"), Detections({3: sums[:5] / 5}, list("abcde")), 1.0, 1.0
    )
    assert few["random95"].isna().all()
    assert few["low"].isna().all()
    assert few["detected"].tolist() == [False, True]


def test_a_run_holds_them_and_says_so_of_every_head(tmp_path: Path) -> None:
    own = read_resources(mask="j == 0")
    run = mh.analyze([trained()], records(), out=tmp_path / "run", measures=["basic", "detectors"], resources=own)
    table = run.table("detectors")
    assert not table.duplicated(["stack", "layer", "head", "measure"]).any()
    assert {"random95", "shuffled95"} <= set(table)
    names = {"previous_token", "duplicate_token", "first_occurrence", "induction", "induction.2x50", "copying"}
    assert set(table["measure"]) == names | {"induction.text", "sink.64", "output_norm", "own_mask"}
    norms = table[table["measure"] == "output_norm"].groupby("layer")["value"].mean()
    np.testing.assert_allclose(norms, 1, atol=1e-6)
    for finding in run.findings():
        assert finding.sentence
        assert finding.chart.to_dict()
    (layer, head) = next(iter(passed(table, "induction")))
    assert "induction head" in run.head("inducer", "decoder", layer, head).findings["head_detectors"].text


def test_live_on_a_page_few_texts_are_read() -> None:
    table = detectors_on_random_tokens(trained())
    assert table["n"].max() == 8
    assert table["low"].isna().all()
