"""Heads before and after a change of the text: masked inputs, a network that looks everywhere alike, and many pairs
against one at a time.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from chatting import chatting
from tiny import put_model, put_translator
from transformers import BertModel
from typer.testing import CliRunner

import mhattn_core as mh
from mhattn_core.attention.batches import feed_all
from mhattn_core.cli import command
from mhattn_core.errors import Problem
from mhattn_core.experiments.invariance import COLUMNS, invariance_table, perturbations
from mhattn_core.findings.attention.perturbed import (
    head_invariance,
    perturbed_heads,
    perturbed_table,
    row_invariances,
)
from mhattn_core.findings.attention.shown import Shown
from mhattn_core.heads import Head
from mhattn_core.text.feeding import Feeding
from mhattn_core.text.perturb import Perturbed, edited, masked, shuffled, swapped

PAIRS = [
    mh.SentencePair("The unfathomable cat sat down.", "It was tired."),
    mh.SentencePair("Nobody slept", ""),
    mh.SentencePair("A long day, and a longer night it was!", "We sang."),
]


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> mh.Model:
    """Weights that were just drawn look everywhere nearly alike; these do not."""
    torch.manual_seed(1)
    folder = put_model(tmp_path_factory.mktemp("bert"))
    network = BertModel.from_pretrained(folder)
    for name, parameter in network.named_parameters():
        if ".query." in name or ".key." in name:
            parameter.data.mul_(20)
    network.save_pretrained(folder)
    return mh.load(str(folder), device="cpu")


@pytest.fixture(scope="module")
def even(tmp_path_factory: pytest.TempPathFactory) -> mh.Model:
    """A BERT whose queries are all 0, so that each token looks at all tokens alike."""
    model = mh.load(str(put_model(tmp_path_factory.mktemp("even"))), device="cpu")
    for name, parameter in model.network.named_parameters():
        if ".query." in name:
            parameter.data.zero_()
    return model


def test_all_tokens_of_a_masked_word_are_the_mask_token_and_the_words_stay(bert: mh.Model) -> None:
    pair = mh.SentencePair("The unfathomable cat sat.", "It was.", masked=(1, 6))
    seen, plain = (mh.attend(bert, one) for one in (pair, replace(pair, masked=())))
    ids, before = (one.inputs["input_ids"][0] for one in (seen, plain))
    hidden = [
        at
        for at, piece in enumerate(plain.pieces("encoder")[0])
        if (piece.side == "a" and 4 <= piece.start < 16) or (piece.side == "b" and piece.start >= 3 and piece.end <= 6)
    ]
    assert (ids != before).nonzero().flatten().tolist() == hidden
    assert set(ids[hidden].tolist()) == {bert.tokenizer.mask_token_id}
    assert [seen.tokens("encoder")[0][at] for at in hidden] == ["[MASK]"] * len(hidden)
    assert seen.words("encoder").keys == plain.words("encoder").keys
    assert seen.words("encoder").key_axis.seen.all()
    (row,), _problems = feed_all(bert, [pair])
    assert row.inputs["input_ids"] == ids.tolist()


def test_a_word_beyond_the_sentences_and_a_model_without_a_mask_are_told(bert: mh.Model, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="beyond them"):
        mh.attend(bert, mh.SentencePair("One two.", masked=(3,)))
    translator = mh.load(str(put_translator(tmp_path / "t5", "t5")), device="cpu")
    with pytest.raises(Problem, match="has no mask token"):
        mh.attend(translator, mh.SentencePair("The cat sat.", "It was.", masked=(1,)))


def test_words_of_both_sentences_of_a_translator_are_masked(tmp_path: Path) -> None:
    bart = mh.load(str(put_translator(tmp_path / "bart", "bart")), device="cpu")
    pair = mh.SentencePair("the cat sat", "it was", masked=(1, 3))
    seen, plain = (mh.attend(bart, one) for one in (pair, replace(pair, masked=())))
    for name, length in (("input_ids", 3), ("decoder_input_ids", 2)):
        changed = seen.inputs[name][0] != plain.inputs[name][0]
        assert changed.sum() == length, name
        assert set(seen.inputs[name][0][changed].tolist()) == {bart.tokenizer.mask_token_id}


def test_heads_that_look_everywhere_alike_are_invariant(even: mh.Model) -> None:
    pairs = PAIRS[:1]
    table = invariance_table(even, pairs, ["one"]).set_index("perturbation")
    np.testing.assert_allclose(table["invariance"], 1, atol=1e-6)
    assert set(table.index) == {"mask", "shuffle", "swap"}
    np.testing.assert_allclose(table.loc[["shuffle", "swap"], "compared"], 1, atol=1e-6)
    (changed,) = (one for kind, one in perturbations(even, pairs[0], {}) if kind == "mask")
    tokens = mh.attend(even, pairs[0]).pieces("encoder")[0]
    masks = mh.attend(even, changed.pair).inputs["input_ids"][0] == even.tokenizer.mask_token_id
    np.testing.assert_allclose(table.loc["mask", "compared"], 1 - masks.sum().item() / len(tokens), atol=1e-6)


@pytest.mark.parametrize("family", ["bert", "gpt2", "t5"])
def test_many_pairs_give_the_mean_over_the_words_of_each(family: str, bert: mh.Model, tmp_path: Path) -> None:
    pairs = [one for one in PAIRS if one.b] if family == "t5" else PAIRS
    if family == "gpt2":
        pairs = [replace(pair, feeding=Feeding("chat")) for pair in pairs]
    model = {
        "bert": lambda: bert,
        "gpt2": lambda: chatting(tmp_path),
        "t5": lambda: mh.load(str(put_translator(tmp_path, "t5")), device="cpu"),
    }[family]()
    replacements = {"cat": "big dog", "long": "short"}
    told = list[int]()
    units = [f"document {number // 2}" for number in range(len(pairs))]
    table = invariance_table(model, pairs, units, replacements=replacements, tell=told.append)
    assert list(table) == list(COLUMNS)
    sums = dict[tuple[str, str], list[np.ndarray]]()
    passes = len(pairs)
    for pair in pairs:
        before = mh.attend(model, pair)
        for kind, changed in perturbations(model, pair, replacements):
            passes += 1
            after = mh.attend(model, changed.pair)
            for stack in model.stacks:
                values = np.array(
                    [
                        [
                            head_values(Shown(before, Head(stack, layer, head)), changed, after)
                            for head in range(model.attention.heads(stack))
                        ]
                        for layer in range(model.attention.layers(stack))
                    ]
                )
                sums.setdefault((kind, stack), []).append(values)
    assert sum(told) == passes
    assert set(zip(table["perturbation"], table["stack"], strict=True)) == set(sums)
    for (kind, stack), values in sums.items():
        rows = table[(table["perturbation"] == kind) & (table["stack"] == stack)]
        total = np.sum(values, axis=0)
        np.testing.assert_allclose(rows["invariance"], (total[..., 0] / total[..., 1]).ravel(), atol=1e-4)
        assert (rows["n"] == sum((one[..., 1] > 0).any() for one in values)).all()


def head_values(one: Shown, changed: Perturbed, after: mh.AttentionResult) -> tuple[float, int]:
    """The sum of one pair over words, and how many words count."""
    values = row_invariances(one, changed, after)
    return float(np.nansum(values)), int(np.isfinite(values).sum())


def test_the_matrices_hold_what_both_passes_gave(bert: mh.Model) -> None:
    pair = PAIRS[0]
    changed = edited(pair, "The unfathomable old dog sat down")
    one, after = Shown(mh.attend(bert, pair), Head("encoder", 1, 2)), mh.attend(bert, changed.pair)
    table = perturbed_table(one, changed, after)
    assert list(dict.fromkeys(table["query"])) == [
        *("The", "unfathomable", "cat → old", "+ dog", "sat", "down", "− ."),
        *("It", "was", "tired", "."),
    ]
    cells = table[table["kind"] == "weight"].set_index(["query", "key"])
    grids = one.result.words("encoder").pattern[1, 2], after.words("encoder").pattern[1, 2]
    cell = cells.loc[("sat", "cat → old")]
    assert (cell["before"], cell["after"]) == pytest.approx((grids[0][3, 2], grids[1][4, 2]))
    assert cell["difference"] == pytest.approx(grids[1][4, 2] - grids[0][3, 2])
    assert np.isnan(cells.loc[("+ dog", "sat"), "before"])
    assert cells.loc[("+ dog", "sat"), "after"] == pytest.approx(grids[1][3, 4])
    assert cells.loc[("sat", "− .")].isna().tolist()[-2:] == [True, True]
    special = table[(table["kind"] == "special") & (table["query"] == "tired")].iloc[0]
    masses = (grid.special_mass[1, 2] for grid in (one.result.words("encoder"), after.words("encoder")))
    assert (special["before"], special["after"]) == pytest.approx((next(masses)[8], next(masses)[8]))


def test_what_is_said_of_a_change_names_the_largest_and_its_code_gives_the_table(bert: mh.Model) -> None:
    pair = PAIRS[0]
    one = Shown(mh.attend(bert, pair), Head("encoder", 0, 1))
    for changed in (masked(pair, 2), shuffled(pair, 0), swapped(pair)):
        finding = perturbed_heads([(one, changed, mh.attend(bert, changed.pair))])
        top = finding.table.loc[finding.table.loc[finding.table["kind"] == "weight", "difference"].abs().idxmax()]
        assert f"{top['before']:.2f} → {top['after']:.2f}" in finding.sentence
        assert finding.chart.to_dict()
        assert finding.draw_narrow is not None
        assert finding.draw_narrow().to_dict()
        scope: dict[str, pd.DataFrame] = {}
        *lines, last = finding.code.splitlines()
        exec("\n".join([*lines, f"table = {last}"]), scope)  # noqa: S102 - our own lines, with the text as a literal
        assert scope["table"]["difference"].tolist() == pytest.approx(finding.table["difference"].tolist(), nan_ok=True)
    same = edited(pair, pair.source)
    assert "no weight on a word changes" in perturbed_heads([(one, same, mh.attend(bert, same.pair))]).sentence
    value = head_invariance(one, masked(pair, 2), mh.attend(bert, masked(pair, 2).pair))
    assert 0 <= value <= 1


def test_the_command_line_takes_a_list_of_synonyms(bert: mh.Model, tmp_path: Path) -> None:
    pairs, synonyms = tmp_path / "pairs.csv", tmp_path / "synonyms.tsv"
    pairs.write_text("source,target\nThe cat sat.,It slept.\nA dog barked.,We ran.\n")
    synonyms.write_text("cat\tkitten\n")
    asked = ["analyze", str(pairs), "--model", bert.name, "--measures", "invariance", "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(command, [*asked, "--synonyms", str(synonyms)])
    assert done.exit_code == 0, done.output
    table = mh.Run.open(tmp_path / "run").table("invariance")
    assert table.groupby("perturbation")["n"].max().to_dict() == {"mask": 2, "replace": 1, "shuffle": 2, "swap": 2}


def test_a_run_holds_the_table_and_says_which_heads_change(bert: mh.Model, tmp_path: Path) -> None:
    run = mh.analyze([bert], PAIRS, out=tmp_path / "run", measures=["invariance"])
    table = run.table("invariance")
    expected = invariance_table(bert, PAIRS, [f"{pair.source}\n{pair.target}" for pair in PAIRS])
    pd.testing.assert_frame_equal(table.reset_index(drop=True), expected, check_dtype=False, atol=1e-6)
    finding = mh.finding(run, "invariance")
    least = table.loc[table["invariance"].idxmin()]
    assert f"L{least['layer']} H{least['head']}, " in finding.sentence
    assert finding.pairs == 3
    assert finding.chart.to_dict()
    grid = mh.finding(run, "invariance_grid", perturbation="swap")
    assert grid.pairs == 2
    assert grid.chart.to_dict()
    with pytest.raises(Problem, match="Nothing was perturbed so"):
        mh.finding(run, "invariance_grid", perturbation="replace")
