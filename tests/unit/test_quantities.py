"""Every quantity that a table holds has its record, in both languages, and no record stands for nothing."""

import re
from collections.abc import Iterator
from typing import get_args

import numpy as np
import pandas as pd
import pytest
import torch

from mhattn_core.arrays.word_layer import WordLayer
from mhattn_core.attention.word_layer import word_axes, word_layer
from mhattn_core.experiments import attribution, invariance, marked_regions
from mhattn_core.experiments.ablation import faithfulness, knockout, minimal_pairs, patching
from mhattn_core.experiments.ablation.study import TABLES
from mhattn_core.experiments.alignment.shipped import shipped_alignment
from mhattn_core.experiments.circuits import tables as circuits
from mhattn_core.experiments.redundancy import distance_table, share_table
from mhattn_core.experiments.retrieval import search
from mhattn_core.locale import use_language
from mhattn_core.measures.ablation.quantities import Quantity
from mhattn_core.measures.cards.sizes import TEXTS
from mhattn_core.measures.cards.tables import COLUMNS as CARD_COLUMNS
from mhattn_core.measures.cards.vocabulary import FEWEST
from mhattn_core.measures.citations import sources_of
from mhattn_core.measures.detectors.names import DETECTORS
from mhattn_core.measures.detectors.table import COLUMNS as DETECTOR_COLUMNS
from mhattn_core.measures.fusion.tables import HEADS as FUSION_COLUMNS
from mhattn_core.measures.matching import costs
from mhattn_core.measures.matching.assignment import MatchBy
from mhattn_core.measures.measure import MEASURES
from mhattn_core.measures.patterns import types
from mhattn_core.measures.probing import table as probing
from mhattn_core.measures.quantities import axis_title, column, families, quantities, quantity
from mhattn_core.measures.roles import table as roles
from mhattn_core.measures.roles.bounds import NETWORKS, PAIRS
from mhattn_core.measures.roles.verdicts import LEAST_WORD_MASS
from mhattn_core.measures.segment_tables import HEAD_COLUMNS
from mhattn_core.runs import store
from mhattn_core.runs.work import MEASURABLE
from mhattn_core.text.methods import sources
from mhattn_core.version import VERSION

COLUMNS = {
    "heads": ("low", "high", "n"),
    "patterns": types.COLUMNS,
    "detectors": DETECTOR_COLUMNS,
    "retrieval": search.HEADS,
    "retrieval_trials": search.TRIALS,
    "retrieval_masking": search.MASKING,
    "invariance": invariance.COLUMNS,
    "marked_regions": marked_regions.COLUMNS,
    "relations": roles.COLUMNS,
    "distances": distance_table.COLUMNS,
    "redundancy": share_table.COLUMNS,
    "matches": costs.COLUMNS,
    **TABLES,
    "minimal_pairs": minimal_pairs.COLUMNS,
    "knockouts": knockout.COLUMNS,
    "attribution": attribution.COLUMNS,
    "faithfulness": faithfulness.COLUMNS,
    "circuits": circuits.COPYING,
    "composition": circuits.COMPOSITION,
    "patching": patching.COLUMNS,
    "probes": probing.HEADS,
    "probe_means": probing.MEANS,
    "fusion": FUSION_COLUMNS,
    "segments": HEAD_COLUMNS,
    "cards": CARD_COLUMNS,
    "align": tuple(shipped_alignment("marian-zh-en")),
}
NAMES = {"measure", "quantity", "score", "by"}
"""Columns whose values are quantities."""
KEYS = {
    *(f"{name}{side}" for name in ("model", "stack", "layer", "head") for side in ("", "_a", "_b")),
    *("type", "relation", "direction", "verdict", "reason", "kind", "vector", "task", "rows", "weight", "choice"),
    *("word_class", "side", "upos", "perturbation", "query_region", "key_region"),
    *("part", "item", "band", "query", "key", "positions"),
    *("shared_keys", "value", "order", "language", "masked", "detected", "draw", "cluster", "read_as", "hurts"),
}
"""Columns that say of what a number is, or what is concluded from it."""
LISTED = ("cluster_ablation", "heads")
"""Names of heads; elsewhere it is their number."""


def a_layer() -> WordLayer:
    """Two heads over two sentences of five and four words, one piece each."""
    words = np.array([(int(place >= 5), 2 * place, 2 * place + 1) for place in range(9)])
    weights = torch.rand(1, 2, 9, 9, generator=torch.Generator().manual_seed(0)).softmax(dim=-1)
    return word_layer(weights, 0, word_axes("encoder", 2, [words], [words], [words]))


def measured(*, of_any_version: bool) -> Iterator[str]:
    """Names of what runs measure: of every measure there is, and in the runs that ship."""
    for name in MEASURES:
        yield from MEASURES[name].sums(a_layer())
    for names in (get_args(Quantity), get_args(MatchBy)):
        yield from names
    yield from (*DETECTORS, search.SCORE)
    for run in store.shipped():
        if not of_any_version and run.open().manifest.version != VERSION:
            continue
        for file in run.folder.glob("*.parquet"):
            table = pd.read_parquet(file)
            for kind in NAMES & set(table):
                yield from table[kind].dropna().unique()


def columns() -> Iterator[tuple[str, str]]:
    for table, names in COLUMNS.items():
        yield from ((table, name) for name in names if name not in KEYS | NAMES and (table, name) != LISTED)


def test_every_name_that_is_measured_has_its_record() -> None:
    missing = set()
    for name in set(measured(of_any_version=False)):
        try:
            quantity(name)
        except KeyError:
            missing.add(name)
    assert not missing


@pytest.mark.parametrize("table", COLUMNS)
def test_every_column_of_numbers_has_its_record(table: str) -> None:
    for _table, name in (one for one in columns() if one[0] == table):
        assert column(table, name).title, name


def test_every_record_stands_for_something_in_a_table() -> None:
    held = {column(*one).code for one in columns()} | {_record(name) for name in set(measured(of_any_version=True))}
    assert set(quantities()) <= held


def _record(name: str) -> str:
    return name if name in quantities() else f"{name.rpartition('.')[0]}.*"


def test_families_are_what_can_be_measured() -> None:
    assert {code for code, one in families().items() if one.of_runs} == set(MEASURABLE)
    assert {one.family for one in quantities().values()} <= set(families())


@pytest.mark.parametrize("code", quantities())
def test_a_record_is_complete_in_both_languages(code: str) -> None:
    one = quantities()[code]
    for part, words in one.words.items():
        assert set(words) == {"en", "zh"}, part
        assert all(text.strip() == text and text for text in words.values()), part
    assert {"title", "says", "reads"} <= set(one.words)
    for part in ("says", "reads", "caveat"):
        assert one.words.get(part, {"en": "."})["en"][-1] in ".?", part
        assert one.words.get(part, {"zh": "。"})["zh"][-1] in "。？", part
    assert re.fullmatch(r"[\[(][^,]+, [^,]+[\])]|\{0, 1\}", one.range)
    assert set(one.sources) <= set(sources())
    assert one.formula.count("{") == one.formula.count("}")


def test_full_names_tell_the_quantities_of_a_family_apart() -> None:
    for language in ("en", "zh"):
        titles = [(one.family, one.words["title"][language]) for one in quantities().values()]
        assert len(set(titles)) == len(titles)


def test_values_lie_within_the_range_that_is_told() -> None:
    largest = {"1": 1.0, "ln n": np.log(9), "ln t": np.log(9), "n − 1": 8.0, "∞": np.inf}
    for measure in MEASURES.values():
        for name, sums in measure.sums(a_layer()).items():
            low, high = quantity(name).range[1:-1].split(", ")
            values = measure.finish(sums.numpy())
            known = values[np.isfinite(values)]
            assert ((known >= float(low)) & (known <= largest[high] + 1e-6)).all(), name


def test_words_are_in_the_language_of_the_reader() -> None:
    one = quantity("entropy")
    assert one.axis == "entropy (nats)"
    use_language("zh")
    try:
        assert one.axis == "熵（nat）"
        assert quantity("cka").distance_axis == "1 − 输出的 CKA"
    finally:
        use_language("en")


def test_names_that_stand_for_many_and_columns_that_stand_beside_one() -> None:
    assert quantity("pattern.offset.-1").title == "words that look most at one offset: -1"
    assert column("relations", "gain").code == "relations.gain"
    assert column("align", "gain_low").code == "low"
    assert column("distances", "noise_cka").code == "distances.noise"
    assert column("distances", "noise_high").code == "high"
    for name in ("model", "verdict"):
        with pytest.raises(KeyError):
            column("relations", name)
    with pytest.raises(KeyError):
        quantity("entropy.of.nothing")
    assert axis_title("js") == "Jensen–Shannon divergence (nats)"
    assert axis_title("a column of my own") == "a column of my own"


def test_a_page_cites_the_sources_of_its_quantities() -> None:
    assert any("vig2019" in entry for entry in sources_of("Compare models"))
    assert any("song2012" in entry for entry in sources_of("Redundancy"))


def test_words_on_random_controls_and_word_mass_say_what_the_code_does() -> None:
    for name in ("random95", "shuffled95"):
        assert column("relations", name).words["says"]["en"].count(f" {NETWORKS} ") == 1
    assert f"up to {PAIRS} pairs" in column("relations", "random95").words["says"]["en"]
    assert f"Under {LEAST_WORD_MASS} " in column("relations", "word_mass").words["reads"]["en"]


def test_words_on_cards_say_what_the_code_does() -> None:
    assert f"fewer than {FEWEST} times" in column("cards", "lift").words["reads"]["en"]
    assert f"At most {TEXTS:,} pairs" in column("cards", "count").words["reads"]["en"]
