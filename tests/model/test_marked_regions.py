"""Attention between regions that a reader has marked: over a run as on one pair."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from chatting import chatting
from tiny import put_model, put_translator

import mhattn_core as mh
from mhattn_core.experiments.marked_regions import COLUMNS, marked_regions_table
from mhattn_core.findings.attention.shown import Shown
from mhattn_core.findings.heads import marked_regions as findings
from mhattn_core.heads import Head
from mhattn_core.runs.saved_inputs import read_given, write_given
from mhattn_core.text.marks import read_marks
from mhattn_core.text.reading import read_pairs

TEXTS = [
    ("<mark claim>The unbelievable cat sat down</mark> because <mark reason>it was tired.</mark>", "So it slept."),
    ("<mark reason>It rained</mark>, so <mark claim>we stayed.</mark>", "<mark claim>All of us!</mark>"),
    ("Nothing is marked here.", ""),
]
PAIRS = [read_marks(mh.SentencePair(*texts)) for texts in TEXTS]
KEYS = ["layer", "head", "query_region", "key_region"]


@pytest.mark.parametrize("family", ["bert", "gpt2", "bart"])
def test_a_run_is_the_mean_over_the_words_of_each_text(family: str, tmp_path: Path) -> None:
    if family == "gpt2":
        model = chatting(tmp_path)
    else:
        folder = put_model(tmp_path) if family == "bert" else put_translator(tmp_path, family)
        model = mh.load(str(folder), device="cpu")
    told = list[int]()
    table = marked_regions_table(model, PAIRS, ["one", "two", "three"], tell=told.append)
    assert list(table) == list(COLUMNS)
    assert sum(told) == 2
    for stack in model.stacks:
        found = table[table["stack"] == stack].set_index(KEYS).sort_index()
        of_pairs, words = [], []
        for pair in PAIRS[:2]:
            seen = mh.attend(model, pair)
            own = findings.marked_regions_table(seen, stack).set_index(KEYS)
            of_pairs.append(own)
            words.append(own.index.get_level_values("query_region").map(_words(seen, stack)).to_numpy())
        sums = {name: pd.Series(0.0, index=found.index) for name in ("share", "even", "n")}
        for own, n in zip(of_pairs, words, strict=True):
            for name in ("share", "even"):
                sums[name] = sums[name].add(own[name] * n, fill_value=0)
            sums["n"] = sums["n"].add(pd.Series(n, index=own.index), fill_value=0)
        assert set(sums["n"].index) == set(found.index)
        order = found.index
        np.testing.assert_allclose(found["share"], (sums["share"] / sums["n"]).loc[order], atol=1e-5)
        np.testing.assert_allclose(found["lift"], (sums["share"] / sums["even"]).loc[order], rtol=1e-4)


def _words(seen: mh.AttentionResult, stack: str) -> dict[str, int]:
    """How many words of the axis of queries each region has that some piece covers."""
    axis = seen.words(stack).query_axis
    counts = dict[str, int]()
    number = {"a": 0, "b": len(seen.sentences["a"].words)}
    for side, covered in zip(axis.sides, axis.seen, strict=True):
        here = next((name for name, first, end in seen.pair.marks if first <= number[side] < end), "(other words)")
        number[side] += 1
        counts[here] = counts.get(here, 0) + int(covered)
    return counts


def test_a_row_of_the_matrix_makes_one_and_the_code_gives_its_table(tmp_path: Path) -> None:
    model = mh.load(str(put_model(tmp_path)), device="cpu")
    one = Shown(mh.attend(model, PAIRS[0]), Head("encoder", 1, 2))
    finding = findings.marked_regions_of_pair([one])
    sums = finding.table.groupby("query_region")["share"].sum()
    assert set(sums.index) == {"claim", "reason", "(other words)"}
    np.testing.assert_allclose(sums, 1, atol=1e-5)
    named = finding.table[~finding.table["query_region"].str.startswith("(")]
    named = named[~named["key_region"].str.startswith("(")]
    top = named.loc[named["lift"].idxmax()]
    assert f"from {top['query_region']} to {top['key_region']}: {top['share']:.0%}, lift" in finding.sentence
    assert finding.chart.to_dict()
    scope: dict[str, pd.DataFrame] = {}
    *lines, last = finding.code.splitlines()
    exec("\n".join([*lines, f"table = {last}"]), scope)  # noqa: S102 - our own lines, with the text as a literal
    own = scope["table"].query("layer == 1 and head == 2")
    np.testing.assert_allclose(own["share"], finding.table["share"], atol=1e-6)


def test_a_run_over_a_file_says_who_prefers_which_region_and_resumes(tmp_path: Path) -> None:
    model = mh.load(str(put_model(tmp_path / "model")), device="cpu")
    file = tmp_path / "pairs.csv"
    pd.DataFrame(TEXTS, columns=["source", "target"]).to_csv(file, index=False)
    upload = read_pairs(file)
    run = mh.analyze([model], upload, out=tmp_path / "run", measures=["marked_regions"])
    assert set(run.table("marked_regions")["n"]) == {2}
    finding = mh.finding(run, "marked_regions", query_region="reason")
    assert "From words of “reason”" in finding.sentence
    assert finding.chart.to_dict()
    write_given(tmp_path, upload)
    again = read_given(tmp_path)
    assert again is not None
    assert again.pairs == upload.pairs
    assert "<mark" not in str(run.pairs)
