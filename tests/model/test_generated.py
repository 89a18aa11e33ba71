"""Pairs whose second sentence the model writes itself: one pair, and a run."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import torch
from chatting import chatting
from loaded import loaded
from tiny import put_gpt2, put_model, put_tokenizer
from typer.testing import CliRunner

import mhattn_core as mh
from mhattn_core.attention.prepare_inputs import second_sentence, with_second_sentence
from mhattn_core.cli import command
from mhattn_core.errors import Problem
from mhattn_core.findings.attention.one_head import head_pattern
from mhattn_core.findings.feeding import pairs_as_fed
from mhattn_core.findings.heads.regions import regions_of_pair
from mhattn_core.findings.reproduce import command_line_of_run
from mhattn_core.heads import Head
from mhattn_core.runs.progress import Cancelled
from mhattn_core.runs.run import sums_file
from mhattn_core.runs.sums import ModelSums
from mhattn_core.runs.to_hub import _copy
from mhattn_core.text.feeding import MOST_NEW_TOKENS, NEW_TOKENS, Feeding
from mhattn_core.text.reading import PairRecord

SIX = Feeding("generated", max_new_tokens=6)
PAIRS = [mh.SentencePair("the old cat sat on the mat", "left out"), mh.SentencePair("it was very tired")]


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> mh.Model:
    return chatting(tmp_path_factory.mktemp("chat"))


@pytest.fixture(scope="module")
def run(chat: mh.Model, tmp_path_factory: pytest.TempPathFactory) -> mh.Run:
    folder = tmp_path_factory.mktemp("run") / "run"
    models = [chat.name, f"{chat.name}@random"]
    return mh.analyze(models, PAIRS, out=folder, measures=["basic", "regions"], feeding=SIX, device="cpu")


def greedy(model: mh.Model, ids: list[int], longest: int) -> str:
    """Token after token, with no help of ``generate``."""
    ends = {model.tokenizer.eos_token_id, model.network.config.eos_token_id}
    new: list[int] = []
    with torch.no_grad():
        while len(new) < longest and not ends & set(new):
            new.append(int(model.network(input_ids=torch.tensor([[*ids, *new]])).logits[0, -1].argmax()))
    return str(model.tokenizer.decode(new, skip_special_tokens=True))


def test_in_a_chat_it_is_the_answer_and_is_fed_as_one(chat: mh.Model) -> None:
    pair = mh.SentencePair("the old cat sat", feeding=replace(SIX, system="be good"))
    asked = [{"role": "system", "content": "be good"}, {"role": "user", "content": pair.source}]
    ids = chat.tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_dict=True)["input_ids"]
    answer = greedy(chat, ids, 6).strip()
    seen = mh.attend(chat, pair)
    assert answer
    assert seen.sentences["b"].text == answer
    as_chat = replace(pair, target=answer, feeding=Feeding("chat", "be good"))
    assert seen.inputs["input_ids"].tolist() == mh.attend(chat, as_chat).inputs["input_ids"].tolist()
    assert {piece.region for piece in seen.pieces("decoder")[1]} == {"system", "a", "b", "template"}


def test_without_a_chat_template_it_is_what_follows(tmp_path: Path) -> None:
    put_gpt2(put_tokenizer(tmp_path))
    model = mh.load(str(tmp_path), device="cpu")
    pair = mh.SentencePair("the old cat sat", feeding=SIX)
    first = [int(id_) for id_ in mh.attend(model, mh.SentencePair(pair.source)).inputs["input_ids"][0]]
    seen = mh.attend(model, pair)
    assert seen.sentences["b"].text.strip() == greedy(model, first, 6).strip()
    fed = seen.inputs["input_ids"][0].tolist()
    assert fed[: len(first)] == first  # nothing stands between them
    with pytest.raises(Problem, match="no chat template, so it takes no system text"):
        mh.attend(model, replace(pair, feeding=replace(SIX, system="be good")))


def test_an_encoder_of_two_writes_its_target() -> None:
    model = loaded("marian-zh-en")
    plain, fed = (
        mh.attend(model, mh.SentencePair("猫在垫子上睡觉。", feeding=feeding)) for feeding in (Feeding(), SIX)
    )
    assert len(fed.sentences["b"].words) < len(plain.sentences["b"].words)
    assert plain.sentences["b"].text.startswith(fed.sentences["b"].text.rstrip("."))
    assert fed.words("cross").keys == plain.words("cross").keys


def test_a_model_that_only_reads_says_so_and_the_way_out(tmp_path: Path) -> None:
    encoder = mh.load(str(put_model(tmp_path)), device="cpu")
    for ask in (mh.attend, second_sentence):
        with pytest.raises(Problem, match="cannot write the second sentence") as raised:
            ask(encoder, mh.SentencePair("the old cat", feeding=SIX))
        assert "causal language model or a translator" in raised.value.remedy


def test_a_text_that_fills_the_model_leaves_no_room(tmp_path: Path) -> None:
    put_gpt2(put_tokenizer(tmp_path), n_positions=16)
    model = mh.load(str(tmp_path), device="cpu")
    with pytest.raises(Problem, match="no room to go on: it takes 16 tokens"):
        mh.attend(model, mh.SentencePair("old cat " * 7 + "old", feeding=SIX))


def test_it_is_marked_where_the_pair_is_shown_and_its_code_gives_it_again(chat: mh.Model) -> None:
    pair = with_second_sentence(chat, mh.SentencePair("the old cat sat", feeding=SIX))
    assert pair.target
    seen = mh.attend(chat, pair)
    for finding in (head_pattern(seen, Head("decoder", 1, 2)), regions_of_pair([(seen, "decoder")])):
        assert "second sentence written by the model" in finding.evidence
        assert "second sentence written by the model" in finding.source
        assert "feeding=mh.Feeding(how='generated', max_new_tokens=6)" in finding.code
    assert "generated B" in regions_of_pair([(seen, "decoder")]).sentence


@pytest.mark.parametrize(
    ("how", "tokens", "reason"),
    [("generated", MOST_NEW_TOKENS + 1, "201 is no number"), ("generated", -1, "-1 is"), ("chat", 5, "5 is no number")],
)
def test_the_number_of_tokens_is_bounded(how: str, tokens: int, reason: str) -> None:
    with pytest.raises(Problem, match=reason):
        Feeding(how, max_new_tokens=tokens)
    assert Feeding("generated").max_new_tokens == NEW_TOKENS


def test_a_run_keeps_what_was_written_once_for_a_model_and_its_control(chat: mh.Model, run: mh.Run) -> None:
    written = run.table("generated")
    assert set(written["model"]) == {chat.name}
    for row, pair in zip(written.itertuples(), PAIRS, strict=True):
        own = second_sentence(chat, replace(pair, target="", feeding=SIX))
        assert (row.target, row.complete) == (own.text, own.complete)
    counted = [ModelSums.load(sums_file(run.folder, number)).values()[0].n for number in (0, 1)]
    assert (counted[0] == counted[1]).all()
    assert run.pairs["target"].tolist() == ["", ""]
    one = mh.attend(chat, replace(PAIRS[0], target=written["target"][0], feeding=SIX))
    other = mh.attend(chat, replace(PAIRS[1], target=written["target"][1], feeding=SIX))
    words = [len(seen.words("decoder").queries) for seen in (one, other)]
    shares = [regions_of_pair([(seen, "decoder")]).table.query("region == 'b'")["share"] for seen in (one, other)]
    of_run = mh.finding(run, "regions", models=[chat.name]).table.query("region == 'b'")["share"]
    mean = (shares[0] * words[0] + shares[1] * words[1]) / sum(words)
    assert of_run.tolist() == pytest.approx(mean.tolist(), abs=1e-5)


def test_the_pairs_of_a_run_say_who_wrote_what(chat: mh.Model, run: mh.Run) -> None:
    shown = pairs_as_fed(run)
    assert shown[["source", "target", "written_by"]].to_numpy().tolist() == [
        [pair.source, target, chat.name] for pair, target in zip(PAIRS, run.table("generated")["target"], strict=True)
    ]
    assert pairs_as_fed(mh.Run.open("examples-en")).equals(mh.Run.open("examples-en").pairs)


def test_the_manifest_and_all_findings_of_a_run_say_so(run: mh.Run) -> None:
    assert mh.Run.open(run.folder).manifest.feeding == SIX
    assert "--feed generated --max-new-tokens 6" in command_line_of_run(run.manifest)
    assert all("second sentence written by the model" in finding.evidence for finding in mh.all_findings(run))


def test_a_run_that_keeps_no_sentences_keeps_none_that_were_written(chat: mh.Model, tmp_path: Path) -> None:
    run = mh.analyze([chat], PAIRS, out=tmp_path / "run", feeding=SIX, keep_sentences=False)
    assert "target" not in run.table("generated")
    assert not list((run.folder / "parts" / "generated").iterdir())


def test_what_was_written_is_not_shared(run: mh.Run, tmp_path: Path) -> None:
    _copy(run, tmp_path, sentences=False)
    assert list(pd.read_parquet(tmp_path / "generated.parquet")) == ["id", "model", "complete"]


def test_a_run_that_was_stopped_writes_the_rest(chat: mh.Model, tmp_path: Path) -> None:
    pairs = [mh.SentencePair(f"the old cat sat {'very ' * number}") for number in range(10)]
    calls = iter(range(1000))

    def stop() -> bool:
        return next(calls) > 60

    with pytest.raises(Cancelled):
        mh.analyze([chat], pairs, out=tmp_path / "run", feeding=SIX, cancel=stop)
    (part,) = (tmp_path / "run" / "parts" / "generated").iterdir()
    assert len(pd.read_parquet(part)) == 8
    run = mh.analyze([chat], pairs, out=tmp_path / "run", feeding=SIX)
    whole = mh.analyze([chat], pairs, out=tmp_path / "whole", feeding=SIX)
    pd.testing.assert_frame_equal(run.table("generated"), whole.table("generated"))
    pd.testing.assert_frame_equal(run.heads, whole.heads)


def test_two_models_are_resampled_together_whatever_each_wrote() -> None:
    from mhattn_core.runs.sums import text_key

    keys = {text_key(PairRecord("1", mh.SentencePair("a", target, feeding=SIX), 1)) for target in ("", "b", "c")}
    assert len(keys) == 1
    assert text_key(PairRecord("1", mh.SentencePair("a", "b"), 1)) not in keys


def test_studies_that_need_the_same_words_in_all_models_are_refused(chat: mh.Model, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="need the same words for all models: cards"):
        mh.analyze([chat], PAIRS, out=tmp_path / "run", measures=["basic", "cards"], feeding=SIX)


def test_the_command_line_lets_a_model_write(chat: mh.Model, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text("source,target\nthe cat sat,left out\nthe old mat,left out\n")
    asked = ["analyze", str(file), "--model", chat.name, "--measures", "regions", "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(command, [*asked, "--feed", "generated", "--system", "be good", "--max-new-tokens", "4"])
    assert done.exit_code == 0, done.output
    run = mh.Run.open(tmp_path / "run")
    assert run.manifest.feeding == Feeding("generated", "be good", 4)
    assert not set(run.table("generated")["target"]) & {"", "left out"}
    refused = CliRunner().invoke(command, [*asked, "--feed", "chat", "--max-new-tokens", "4"])
    assert "4 is no number" in str(refused.exception)
