"""attend() on the bundled model, against plain transformers."""

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from transformers import AutoModel, PreTrainedModel
from unchecked import unchecked

import mhattn_core as mh
from mhattn_core.attention.ablation import check

PAIR = mh.SentencePair("The cat sits on the mat.", "It was tired")


@pytest.fixture(scope="module")
def reference(minilm: mh.Model) -> PreTrainedModel:
    return AutoModel.from_pretrained(minilm.network.name_or_path, attn_implementation="eager")


def plain_patterns(reference: PreTrainedModel, seen: mh.AttentionResult) -> np.ndarray:
    with torch.no_grad():
        return torch.stack(reference(**seen.inputs, output_attentions=True).attentions)[:, 0].numpy()


def test_patterns_equal_eager(minilm: mh.Model, reference: PreTrainedModel) -> None:
    seen = mh.attend(minilm, PAIR)
    assert seen.stacks == ("encoder",)
    assert seen.pattern("encoder").shape == (6, 12, 13, 13)
    np.testing.assert_allclose(seen.pattern("encoder"), plain_patterns(reference, seen), atol=1e-5)


def test_unwatched_output_equals_eager_in_a_padded_batch(minilm: mh.Model, reference: PreTrainedModel) -> None:
    batch = minilm.tokenizer(["The cat sits on the mat.", "Tired"], padding=True, return_tensors="pt")
    with torch.no_grad():
        ours, plain = minilm.network(**batch).last_hidden_state, reference(**batch).last_hidden_state
    real = batch["attention_mask"].bool()
    torch.testing.assert_close(ours[real], plain[real], atol=1e-5, rtol=0)


def test_tokens_words_and_blocks(minilm: mh.Model) -> None:
    seen = mh.attend(minilm, mh.SentencePair("The mats' unhappiness", "I see"))
    assert seen.tokens("encoder")[0] == (
        "[CLS]",
        "The",
        "mats",
        "'",
        "un",
        "·ha",
        "·pp",
        "·iness",
        "[SEP]",
        "I",
        "see",
        "[SEP]",
    )
    grid = seen.words("encoder")
    assert grid.queries == ("The", "mats", "'", "unhappiness", "I", "see")
    assert grid.query_axis.sides == ("a", "a", "a", "a", "b", "b")
    # A word of four pieces: attention to it is their sum, from it their mean.
    pattern = seen.pattern("encoder")[2, 5]
    np.testing.assert_allclose(grid.pattern[2, 5, 3, 0], pattern[4:8, 1].mean(), atol=1e-6)
    np.testing.assert_allclose(grid.pattern[2, 5, 0, 3], pattern[1, 4:8].sum(), atol=1e-6)
    np.testing.assert_allclose(grid.special_mass[2, 5, 5], pattern[10, [0, 8, 11]].sum(), atol=1e-6)


def test_chinese_is_mostly_unknown(minilm: mh.Model) -> None:
    seen = mh.attend(minilm, mh.SentencePair("虽然天气不好，但是我们还是要出门"))
    assert seen.unknown_share("encoder") == pytest.approx(11 / 16)
    grid = seen.words("encoder")
    assert dict(zip(grid.keys, grid.key_axis.unknown.tolist(), strict=True)) == pytest.approx(
        {"虽然": 1, "天气": 0.5, "不好": 0.5, "，": 0, "但是": 1, "我们": 0.5, "还是": 1, "要": 1, "出门": 0.5}
    )


def test_an_accent_that_the_tokenizer_drops_stays_with_its_letter(minilm: mh.Model) -> None:
    grid = mh.attend(minilm, mh.SentencePair("cafe\u0301 now")).words("encoder")
    assert grid.queries == ("cafe\u0301", "now")
    assert grid.query_axis.seen.all()


@pytest.mark.parametrize("text", ["word " * 600, ""])
def test_what_cannot_be_read_is_said(minilm: mh.Model, text: str) -> None:
    with pytest.raises(mh.Problem):
        mh.attend(minilm, mh.SentencePair(text))


def test_random_weights_share_the_architecture_only(minilm: mh.Model) -> None:
    random_model, again = mh.load("minilm@random", device="cpu"), mh.load("minilm@random", device="cpu")
    seen = mh.attend(random_model, PAIR)
    assert seen.tokens("encoder") == mh.attend(minilm, PAIR).tokens("encoder")
    np.testing.assert_array_equal(seen.pattern("encoder"), mh.attend(again, PAIR).pattern("encoder"))
    assert np.abs(seen.pattern("encoder") - mh.attend(minilm, PAIR).pattern("encoder")).max() > 0.5


@pytest.mark.parametrize("kind", ["zero", "mean", "uniform"])
def test_ablation_changes_later_layers_only_as_by_hand(minilm: mh.Model, reference: PreTrainedModel, kind: str) -> None:
    """The reference replaces the head's slice of the output projection's input, from values of its own forward."""
    layer, head, width = 2, 5, 32
    intact = mh.attend(minilm, PAIR)
    attention = reference.encoder.layer[layer].attention
    values: list[torch.Tensor] = []

    def replace(_module: torch.nn.Module, inputs: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
        changed = inputs[0].clone()
        part = changed[..., head * width : (head + 1) * width]
        own_values = values[0][..., head * width : (head + 1) * width]
        replacement = {
            "zero": torch.zeros_like(part),
            "mean": part.mean(1, keepdim=True),
            "uniform": own_values.mean(1, keepdim=True),
        }
        changed[..., head * width : (head + 1) * width] = replacement[kind]
        return (changed,)

    handles = [
        attention.self.value.register_forward_hook(lambda _module, _inputs, output: values.append(output)),
        attention.output.dense.register_forward_pre_hook(replace),
    ]
    try:
        expected = plain_patterns(reference, intact)
    finally:
        for handle in handles:
            handle.remove()
    ablated = mh.attend(minilm, PAIR, ablate={("encoder", layer, head): kind}).pattern("encoder")
    np.testing.assert_allclose(ablated[layer + 1 :], expected[layer + 1 :], atol=1e-5)
    np.testing.assert_array_equal(ablated[:layer], intact.pattern("encoder")[:layer])
    assert np.abs(ablated[layer + 1 :] - intact.pattern("encoder")[layer + 1 :]).max() > 1e-3
    if kind == "uniform":
        np.testing.assert_allclose(ablated[layer, head], 1 / 13, atol=1e-6)


@pytest.mark.parametrize("head", [("encoder", 6, 0), ("decoder", 0, 0)])
def test_a_head_that_does_not_exist_is_refused(minilm: mh.Model, head: tuple[str, int, int]) -> None:
    with pytest.raises(mh.Problem):
        mh.attend(minilm, PAIR, ablate={head: "zero"})


def test_a_way_to_switch_off_that_does_not_exist_is_refused(minilm: mh.Model) -> None:
    with pytest.raises(mh.Problem, match="loud"):
        unchecked(check)(minilm, {("encoder", 0, 0): "loud"})


def test_twenty_threads_never_see_one_another(minilm: mh.Model) -> None:
    """Some watch, some ablate, some run the bare network: each gets what it would have got alone."""
    inputs = mh.attend(minilm, PAIR).inputs
    ablate = {("encoder", 1, 3): "zero"}
    alone = {
        "watch": mh.attend(minilm, PAIR).pattern("encoder"),
        "ablate": mh.attend(minilm, PAIR, ablate=ablate).pattern("encoder"),
        "bare": minilm.network(**inputs).last_hidden_state.numpy(),
    }

    def work(task: str) -> tuple[str, np.ndarray]:
        if task == "bare":
            with torch.no_grad():
                return task, minilm.network(**inputs).last_hidden_state.numpy()
        return task, mh.attend(minilm, PAIR, ablate=ablate if task == "ablate" else {}).pattern("encoder")

    tasks = ["watch", "ablate", "bare"] * 40
    random.Random(5).shuffle(tasks)
    with ThreadPoolExecutor(20) as pool:
        for task, result in pool.map(work, tasks):
            np.testing.assert_allclose(result, alone[task], atol=1e-6)
