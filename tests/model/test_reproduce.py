"""Published tables measured on stand-ins: networks built so that the number is known, or counted a second time by other
means.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from test_labels import NAMES, classifier
from tiny import put_gpt2, put_model, put_words
from transformers import GPT2Config, GPT2LMHeadModel
from typer.testing import CliRunner
from written import rows, sentences

import mhattn_core as mh
from mhattn_core.cli import command
from mhattn_core.errors import Problem
from mhattn_core.models.wrap import wrap
from mhattn_core.reproduce import alignment
from mhattn_core.reproduce.compare import reproduced
from mhattn_core.reproduce.induction import PERIOD, repeated_once
from mhattn_core.reproduce.measured import MEASURES
from mhattn_core.reproduce.pruning import SHARE as REMOVED
from mhattn_core.reproduce.pruning import prunable_share
from mhattn_core.reproduce.sinks import SHARE as SINKS
from mhattn_core.reproduce.sinks import sink_share
from mhattn_core.reproduce.table import PublishedNumber, published_table, published_tables
from mhattn_core.reproduce.trees import WAYS, best_head_of_relations
from mhattn_core.text.methods import sources
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

LENGTH, WORDS = 2 * PERIOD, 100


@torch.no_grad()
def looks_back(tmp_path: Path) -> mh.Model:
    """One layer of attention: head 0 looks 49 tokens back and at nothing else, head 1 at all tokens alike."""
    size = WORDS + LENGTH
    network = GPT2LMHeadModel(GPT2Config(vocab_size=WORDS, n_positions=LENGTH, n_embd=size, n_layer=1, n_head=2))
    for name, parameter in network.named_parameters():
        parameter.fill_(1.0 if "ln_" in name and name.endswith("weight") else 0.0)
    # A token and a position are one dimension each, so that the norm is the same everywhere.
    network.transformer.wte.weight.copy_(torch.eye(WORDS, size))
    network.transformer.wpe.weight.copy_(torch.eye(size)[WORDS:])
    reads = network.transformer.h[0].attn.c_attn.weight
    for position in range(LENGTH):
        reads[WORDS + position, position] = 100
        if position + PERIOD - 1 < LENGTH:
            reads[WORDS + position, size + position + PERIOD - 1] = 100
    tokenizer = mh.load(str(_gpt2(tmp_path))).tokenizer
    return wrap(network, tokenizer, name="looks back")


def _gpt2(folder: Path, **settings: int) -> Path:
    return put_gpt2(put_words(folder / "gpt2", WORDS), vocab_size=WORDS, **settings)


def test_induction_on_heads_whose_pattern_is_known(tmp_path: Path) -> None:
    model = looks_back(tmp_path)
    even = np.mean([1 / (query + 1) for query in range(PERIOD - 1, LENGTH)])
    assert repeated_once(model) == pytest.approx({"L0 H0": 1, "L0 H1": even}, abs=1e-4)
    numbers = (PublishedNumber("L0 H0", 0.9, "N"), PublishedNumber("L5 H5", 0.8, "N"))
    table = reproduced(replace(published_table("induction-gpt2"), numbers=numbers), model)
    assert table["difference"].tolist() == pytest.approx([0.1, np.nan], abs=1e-4, nan_ok=True)
    with pytest.raises(Problem, match="not a causal"):
        repeated_once(classifier())


@torch.no_grad()
def test_sinks_counted_on_the_networks_own_attention(tmp_path: Path) -> None:
    folder = _gpt2(tmp_path, n_layer=3, n_head=4)
    network = GPT2LMHeadModel.from_pretrained(folder, attn_implementation="eager").eval()
    # What stands first is unlike all that follows, so that each head looks at it much or hardly at all.
    torch.nn.init.normal_(network.transformer.wte.weight, std=0.02)
    network.transformer.wpe.weight.copy_(torch.randn(2, 24)[(torch.arange(1024) > 0).long()])
    for block in network.transformer.h:
        torch.nn.init.normal_(block.attn.c_attn.weight, std=0.4)
        torch.nn.init.normal_(block.attn.c_attn.bias, std=2)
    network.save_pretrained(folder)
    model = mh.load(str(folder))
    random = np.random.default_rng(0)
    words = [[f"w{number}" for number in random.integers(20, 60, size)] for size in (50, 91, 30)]
    records = [PairRecord(str(number), SentencePair(" ".join(text)), number) for number, text in enumerate(words)]
    ids = model.tokenizer(" ".join([word for text in words for word in text]), add_special_tokens=False)["input_ids"]
    texts = torch.tensor(ids[: 2 * 64]).reshape(2, 64)  # 171 tokens are two texts
    on_first = torch.stack(network(texts, output_attentions=True).attentions)[..., 0].mean(dim=(1, 3))
    assert 0 < (on_first > 0.3).float().mean() < 1
    assert sink_share(model, records) == {SINKS: pytest.approx(float((on_first > 0.3).float().mean()))}
    with pytest.raises(Problem, match="too short"):
        sink_share(model, records[2:])


def test_relations_counted_word_by_word(tmp_path: Path) -> None:
    model, records = mh.load(str(put_model(tmp_path / "bert"))), sentences()[:25]
    found = best_head_of_relations(model, records)
    asked = {name: [] for name in WAYS}
    for record in records:
        for place, word in enumerate(record.tree):
            name, head = word.deprel.split(":")[0], word.head
            if name in WAYS and head >= 0:
                pair = (place, head) if WAYS[name] == "dependent_to_head" else (head, place)
                asked[name].append((record, *pair))
    for name, items in asked.items():
        if not items:
            assert f"{name}, best head" not in found
            continue
        hits = np.zeros((2, 3))
        for record, query, key in items:
            weights = mh.attend(model, record.pair).words("encoder").pattern[:, :, query].copy()
            weights[:, :, query] = -1
            hits += weights.argmax(axis=-1) == key
        assert found[f"{name}, best head"] == pytest.approx(hits.max() / len(items))
        commonest = Counter(key - query for _record, query, key in items).most_common(1)[0][1]
        assert found[f"{name}, best distance"] == pytest.approx(commonest / len(items))
    assert sum(map(len, asked.values())) > 20
    assert len(rows()) > 100


def test_the_guided_head_is_ranked_among_heads_of_its_row_and_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    table = pd.DataFrame(
        [
            *((layer, head, "awo", "pattern", 0.1 * (3 * layer + head)) for layer in (0, 1) for head in (0, 1, 2)),
            (1, -1, "awo", "pattern", 0.0),  # the mean of a layer is no head
            (0, 0, "awi", "pattern", 0.0),
            (0, 0, "awo", "norm", 0.0),
        ],
        columns=["layer", "head", "rows", "weight", "aer"],
    )
    monkeypatch.setattr(alignment, "align", lambda *_given: None)
    monkeypatch.setattr(alignment, "alignment_table", lambda _aligned: table)
    assert alignment.guided_head(classifier(), []) == {"rank of the last layer's H0": 4}


def test_a_classifier_that_reads_nothing_can_lose_all_heads_and_another_cannot() -> None:
    model, random = classifier(), np.random.default_rng(1)
    words = [word for word in model.tokenizer.get_vocab() if "[" not in word]
    texts = [" ".join(random.choice(words, 6)) for _text in range(90)]
    with torch.no_grad():
        answers = [int(model.network(**model.tokenizer(text, return_tensors="pt")).logits.argmax()) for text in texts]
    own = [PairRecord(str(n), SentencePair(text), n, label=NAMES[answers[n]]) for n, text in enumerate(texts)]
    assert prunable_share(model, own)[REMOVED] < 1
    torch.nn.init.zeros_(model.network.classifier.weight)
    assert prunable_share(model, [replace(record, label="0") for record in own]) == {REMOVED: 1}
    for few, why in ((own[:9], "too few"), ([replace(record, label="none") for record in own], "class of")):
        with pytest.raises(Problem, match=why):
            prunable_share(model, few)


def test_tables_are_whole() -> None:
    for name, table in published_tables().items():
        assert table.measure in MEASURES, name
        assert not table.source or table.source in sources(), name
        assert len({one.name for one in table.numbers}) == len(table.numbers) > 0
        assert {one.read for one in table.numbers} <= {"V", "N", "A", "C"}
        for words in (table.titles, table.explanations, table.caveats):
            assert set(words) == {"en", "zh"}
            assert all(words.values())


def test_the_command_prints_what_was_published_beside_what_is_found(tmp_path: Path) -> None:
    folder = _gpt2(tmp_path, n_layer=6, n_head=6)
    done = CliRunner().invoke(command, ["reproduce", "induction-gpt2", "--model", str(folder)])
    assert done.exception is None, done.output
    lines = {line.split()[1]: line.split() for line in done.output.splitlines() if line.strip().startswith("L")}
    assert lines["H5"][2:4] == ["0.932", "[N]"]
    assert float(lines["H5"][4]) - 0.932 == pytest.approx(-float(lines["H5"][5].lstrip("−")), abs=2e-3)
    assert lines["H9"][4:] == ["–", "–"]
    listed = CliRunner().invoke(command, ["reproduce"])
    assert all(name in listed.output for name in published_tables())


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (["sinks-gpt2-xl"], "data that do not come with this program: texts"),
        (["pruning-classifier"], "has no name here"),
        (["alignment-opus-mt-en-fr", "--data", "tests/data/written.conllu"], "nothing of the kind"),
        (["unheard-of"], "is not a published table"),
    ],
)
def test_what_is_missing_is_said_before_a_model_is_fetched(asked: list[str], why: str) -> None:
    done = CliRunner().invoke(command, ["reproduce", *asked])
    assert isinstance(done.exception, Problem)
    assert why in str(done.exception)
