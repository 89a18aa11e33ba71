"""The tables of probes, from vectors of which one head knows the answer."""

import numpy as np
import pandas as pd
import pytest

from mhattn_core.measures.probing.table import HEADS, MEANS, probe_tables
from mhattn_core.measures.probing.words import ProbeWords

RNG = np.random.default_rng(1)
COUNT = 300
POS = tuple("NOUN" if number % 3 else "VERB" for number in RNG.integers(0, 90, COUNT))
TEXTS = [f"text {number}" for number in range(COUNT // 4)]


def words() -> ProbeWords:
    """Two layers of four heads on two sets of keys; head 2 of layer 1 holds the part of speech in dimension 3 of its
    query.
    """
    query = RNG.normal(size=(2, 4, COUNT, 5)).astype(np.float32)
    query[1, 2, :, 3] += 5 * (np.array(POS) == "VERB")
    query[0, 1] = query[0, 0]
    key, value = RNG.normal(size=(2, 2, COUNT, 5)), RNG.normal(size=(2, 2, COUNT, 6))
    # The partner's part of speech is nothing but the word's own turned round.
    partner = tuple("VERB" if pos == "NOUN" else "NOUN" for pos in POS)
    labels = {"pos": POS, "role": ("",) * COUNT, "category": ("animal", *("",) * (COUNT - 1)), "partner": partner}
    types = tuple(f"w{number}" for number in RNG.integers(0, 40, COUNT))
    return ProbeWords(
        {"query": query, "key": key, "value": value},
        RNG.normal(size=(2, COUNT, 9)),
        labels,
        POS,
        types,
        tuple(n // 4 for n in range(COUNT)),
        # Verbs stand first.
        np.stack([np.array(POS) == "NOUN", RNG.integers(0, 9, COUNT)], axis=1).astype(int),
        (0, 1),
    )


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    return probe_tables("m", "encoder", words(), TEXTS)


def test_the_head_that_knows_is_found_and_tasks_without_words_are_left_out(
    tables: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    table = tables[0]
    assert list(table) == list(HEADS)
    # Parts of speech from three vectors, the partner's from the query, of two layers with four heads each.
    assert len(table) == 4 * 2 * 4
    assert set(table["task"]) == {"pos", "partner"}
    assert set(table.loc[table["task"] == "partner", "vector"]) == {"query"}
    knows = table[
        (table["layer"] == 1) & (table["head"] == 2) & (table["vector"] == "query") & (table["task"] == "pos")
    ].iloc[0]
    assert knows["accuracy"] > 0.95
    assert knows["dimension"] == 3
    assert knows["dimension_accuracy"] > 0.95
    assert knows["first_dimension"] < knows["majority"] + 0.1
    assert knows["any_dimension"] == pytest.approx((4 * knows["majority"] + 1) / 5, abs=0.1)
    assert knows["gain"] == pytest.approx(knows["accuracy"] - knows["control"])
    assert 0.1 < knows["gain_low"] < knows["gain"] < knows["gain_high"]
    assert knows["over_input_low"] > 0.1
    assert knows["low"] <= knows["accuracy"] <= knows["high"]
    others = table[(table["vector"] == "query") & (table["task"] == "pos")].drop(index=knows.name)
    assert others["accuracy"].max() < knows["majority"] + 0.08
    assert others["over_input_low"].max() < 0.05


def test_what_hangs_on_the_words_own_part_of_speech_or_place_alone_is_told(
    tables: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    for table in tables:
        assert (table["own_pos"] == 1).all()
        assert (table["place"] == 1).all()


def test_every_head_has_a_control_task_of_its_own(tables: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Heads 0 and 1 of layer 0 have the same queries: their probes differ in nothing but the labels drawn for the
    control.
    """
    of_pos = tables[0][
        (tables[0]["vector"] == "query") & (tables[0]["task"] == "pos") & (tables[0]["layer"] == 0)
    ].set_index("head")
    assert of_pos.loc[0, "accuracy"] == of_pos.loc[1, "accuracy"]
    assert of_pos.loc[0, "control"] != of_pos.loc[1, "control"]


def test_heads_that_share_keys_share_rows_and_count_once_in_means(tables: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    heads, means = tables
    keys = heads[(heads["vector"] == "key") & (heads["layer"] == 0)].set_index("head")["accuracy"]
    assert keys[0] == keys[1]
    assert keys[2] == keys[3]
    assert (heads["n"] == COUNT).all()
    assert list(means) == list(MEANS)
    row = means.set_index(["vector", "task"]).loc[("key", "pos")]
    assert row["heads"] == 4
    four = heads[(heads["vector"] == "key") & heads["head"].isin([0, 2])]
    assert row["accuracy"] == pytest.approx(four["accuracy"].mean())
    assert row["above_control"] == (four["gain_low"] > 0).sum()
    # A mean over heads moves less from sample to sample than one head.
    assert row["high"] - row["low"] < (four["high"] - four["low"]).mean()
    query = means.set_index(["vector", "task"]).loc[("query", "pos")]
    assert query["heads"] == 8
    assert query["above_input"] >= 1


def made_up(*, by_form: bool) -> pd.Series:
    """One head whose query holds 60 forms by heart, in one dimension each, and in the last the label, which hangs on
    the form or on the sentence alone; of every form four words, of 40 more one.
    """
    rng = np.random.default_rng(4)
    forms = np.concatenate([np.tile(np.arange(60), 4), np.arange(60, 100)])
    labels = (forms % 2 == 0) if by_form else rng.random(len(forms)) < 0.5
    texts = rng.permutation(len(forms))
    query = np.zeros((1, 1, len(forms), 61), dtype=np.float32)
    known = forms < 60
    query[0, 0, known, forms[known]] = 1
    if not by_form:
        query[0, 0, :, 60] = 3 * labels + rng.normal(size=len(forms))
    names = tuple("NOUN" if label else "VERB" for label in labels)
    other = rng.normal(size=(1, 1, len(forms), 4))
    words = ProbeWords(
        {"query": query, "key": other, "value": other},
        rng.normal(size=(1, len(forms), 9)),
        {"pos": names},
        names,
        tuple(f"w{form}" for form in forms),
        tuple(texts.tolist()),
        rng.integers(0, 9, (len(forms), 2)),
        (0,),
    )
    heads, _means = probe_tables("m", "encoder", words, [f"text {text}" for text in range(len(forms))])
    return heads[heads["vector"] == "query"].iloc[0]


def test_where_the_form_gives_the_label_a_dictionary_is_as_good() -> None:
    row = made_up(by_form=True)
    assert row["form_known"] == 1
    assert row["accuracy_known"] > 0.95
    assert row["over_form_low"] <= 0
    # A dictionary has nothing to say of the others, nor has the head.
    assert 0.75 < row["known_forms"] < 240 / 280 + 0.01
    assert abs(row["accuracy_new"] - 0.5) < 0.25
    assert row["gain_new_low"] < 0


def test_where_the_sentence_gives_the_label_the_head_knows_more_than_a_dictionary() -> None:
    row = made_up(by_form=False)
    assert row["form"] < 0.65
    assert row["over_form_low"] > 0.1
    assert row["accuracy_new"] > 0.8
    assert row["gain_new_low"] > 0
    for name in ("accuracy", "control", "gain", "form"):
        share = row["known_forms"]
        assert row[name] == pytest.approx(share * row[f"{name}_known"] + (1 - share) * row[f"{name}_new"], abs=1e-5)


def test_words_of_one_document_are_resampled_as_one() -> None:
    """The same words in fewer documents: wider intervals, and none in fewer than thirty."""
    given = words()
    widths = []
    for documents in (75, 31, 29):
        heads, _means = probe_tables("m", "encoder", given, [f"{text % documents}" for text in range(COUNT // 4)])
        widths.append(float((heads["high"] - heads["low"]).mean()))
    assert widths[0] > 0
    assert widths[1] > 0
    assert np.isnan(widths[2])
