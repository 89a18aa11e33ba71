"""The table of probes, from vectors of which one head knows the answer."""

import numpy as np

from mhattn_core.measures.probing.table import COLUMNS, probe_table
from mhattn_core.measures.probing.words import ProbeWords

RNG = np.random.default_rng(1)
COUNT = 300
POS = tuple("NOUN" if number % 3 else "VERB" for number in RNG.integers(0, 90, COUNT))


def words() -> ProbeWords:
    """Two layers of four heads on two sets of keys; head 2 of layer 1 holds the part of speech in dimension 3 of its query."""
    query = RNG.normal(size=(2, 4, COUNT, 5)).astype(np.float32)
    query[1, 2, :, 3] += 5 * (np.array(POS) == "VERB")
    key, value = RNG.normal(size=(2, 2, COUNT, 5)), RNG.normal(size=(2, 2, COUNT, 6))
    labels = {"pos": POS, "role": ("",) * COUNT, "category": ("animal", *("",) * (COUNT - 1)), "partner": POS[::-1]}
    types = tuple(f"w{number}" for number in RNG.integers(0, 40, COUNT))
    return ProbeWords(
        {"query": query, "key": key, "value": value}, RNG.normal(size=(2, COUNT, 9)), labels, types, tuple(n // 4 for n in range(COUNT))
    )


def test_the_head_that_knows_is_found_and_tasks_without_words_are_left_out() -> None:
    table = probe_table("m", "encoder", words())
    assert list(table) == list(COLUMNS)
    # Parts of speech from three vectors, the partner's from the query, of two layers with four heads each.
    assert len(table) == 4 * 2 * 4
    assert set(table["task"]) == {"pos", "partner"}
    assert set(table.loc[table["task"] == "partner", "vector"]) == {"query"}
    knows = table[(table["layer"] == 1) & (table["head"] == 2) & (table["vector"] == "query") & (table["task"] == "pos")].iloc[0]
    assert knows["accuracy"] > 0.95
    assert knows["dimension"] == 3
    assert knows["dimension_accuracy"] > 0.95
    assert knows["first_dimension"] < knows["majority"] + 0.1
    assert knows["gain_low"] > 0.1
    assert knows["low"] <= knows["accuracy"] <= knows["high"]
    others = table[(table["vector"] == "query") & (table["task"] == "pos")].drop(index=knows.name)
    assert others["accuracy"].max() < knows["majority"] + 0.08


def test_heads_that_share_keys_share_rows() -> None:
    table = probe_table("m", "encoder", words())
    keys = table[(table["vector"] == "key") & (table["layer"] == 0)].set_index("head")["accuracy"]
    assert keys[0] == keys[1]
    assert keys[2] == keys[3]
    assert (table["n"] == COUNT).all()
