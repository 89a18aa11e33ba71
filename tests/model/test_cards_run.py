"""The study “cards” of a run, against a plain reading of each pair alone; stopped and resumed; without sentences."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mhattn_core as mh
from mhattn_core.experiments.cards import card_tables
from mhattn_core.measures.cards.sizes import BINS, LINKS
from mhattn_core.measures.cards.tables import COLUMNS
from mhattn_core.measures.cards.vocabulary import form, vocabulary
from mhattn_core.runs.progress import Cancelled
from mhattn_core.text.examples import example_pairs
from mhattn_core.text.reading import PairRecord

from .loaded import loaded

HEAD = (2, 5)


@pytest.fixture(scope="module")
def records() -> list[PairRecord]:
    return example_pairs("english", "english_next")[:24]


def tables(model: mh.Model, records: list[PairRecord], *, keep_sentences: bool = True) -> dict[str, pd.DataFrame]:
    return card_tables(
        model,
        [record.pair.source for record in records],
        [record.id for record in records],
        [record.pair for record in records],
        keep_sentences=keep_sentences,
    )


@pytest.mark.parametrize(
    ("name", "stack"), [("minilm", "encoder"), ("marian-en-zh", "cross"), ("marian-en-zh", "decoder")]
)
def test_a_card_is_what_each_pair_alone_gives(name: str, stack: str) -> None:
    model = loaded(name)
    records = example_pairs("english", "chinese" if name == "marian-en-zh" else "english_next")[:12]
    table = tables(model, records)["cards"]
    layer, head = (1, 2)
    own = table[(table["stack"] == stack) & (table["layer"] == layer) & (table["head"] == head)]
    known = set(vocabulary(word.text for record in records for word in (*record.pair.a.words, *record.pair.b.words)))
    bins, rows, gets, strength = np.zeros(len(BINS) + 1), 0, dict.fromkeys(known, 0.0), {}
    total = 0.0
    for record in records:
        grid = mh.attend(model, record.pair).words(stack)
        pattern = np.nan_to_num(grid.pattern[layer, head])
        rows += grid.query_axis.seen.sum()
        total += pattern.sum()
        for query, key in np.ndindex(pattern.shape):
            bins[np.searchsorted(BINS, abs(query - key))] += pattern[query, key]
            if (word := form(grid.keys[key])) in known:
                gets[word] += pattern[query, key]
        sees = grid.visible.sum(axis=1)
        strength[record.id] = (pattern.max(axis=1) - 1 / np.maximum(sees, 1))[sees > 1].max()
    distances = own[own["part"] == "distance"]
    if stack == "cross":
        assert distances.empty
    else:
        np.testing.assert_allclose(distances["mass"], bins / rows, atol=2e-3)
    keys = own[own["part"] == "key"].set_index("item")["mass"]
    assert len(keys)
    np.testing.assert_allclose(keys, [gets[word] / total for word in keys.index], atol=2e-3)
    links = own[own["part"] == "link"]
    strongest = (links["mass"] - links["even"]).groupby(links["item"], sort=False).max()
    np.testing.assert_allclose(strongest, [strength[pair] for pair in strongest.index], atol=2e-3)
    assert strongest.index[0] == max(strength, key=lambda pair: strength[pair])
    assert links.groupby("item").size().max() <= LINKS


def test_links_point_at_the_words_that_are_kept(records: list[PairRecord]) -> None:
    model = loaded("minilm")
    found = tables(model, records)
    words = found["card_sentences"].set_index("id")
    link = found["cards"].query("part == 'link' and layer == 2 and head == 5").iloc[0]
    pair = next(record.pair for record in records if record.id == link["item"])
    grid = mh.attend(model, pair).words("encoder")
    assert list(words.loc[link["item"], "queries"]) == list(grid.queries)
    np.testing.assert_allclose(grid.pattern[2, 5, link["query"], link["key"]], link["mass"], rtol=2e-3)
    assert tables(model, records, keep_sentences=False)["card_sentences"].empty


def test_a_run_that_was_stopped_ends_with_the_same_cards(records: list[PairRecord], tmp_path: Path) -> None:
    models = ["minilm", "minilm@random"]
    whole = mh.analyze(models, records, out=tmp_path / "whole", measures=("cards",))
    assert list(whole.table("cards")) == list(COLUMNS)
    left = iter([False] * 3 + [True])
    with pytest.raises(Cancelled):
        mh.analyze(models, records, out=tmp_path / "run", measures=("cards",), cancel=lambda: next(left))
    resumed = mh.analyze(models, records, out=tmp_path / "run", measures=("cards",))
    pd.testing.assert_frame_equal(resumed.table("cards"), whole.table("cards"))
    assert set(resumed.table("cards")["model"]) == set(models)


def test_a_run_without_sentences_names_pairs_only(records: list[PairRecord], tmp_path: Path) -> None:
    run = mh.analyze(["minilm"], records, out=tmp_path / "run", measures=("cards",), keep_sentences=False)
    assert run.table("card_sentences").empty
    assert set(run.table("cards").query("part == 'link'")["item"]) <= {record.id for record in records}
