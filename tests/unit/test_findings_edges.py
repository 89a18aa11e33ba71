"""What is said of single weights that were taken out, from numbers by hand."""

import pandas as pd
import pytest

import mhattn_core as mh
from mhattn_core.attention.ablation import OF_EDGES
from mhattn_core.findings.ablation.edges import edge_effects
from mhattn_core.findings.attention.shown import Shown
from mhattn_core.heads import Head


@pytest.fixture(scope="module")
def shown(minilm: mh.Model) -> Shown:
    return Shown(mh.attend(minilm, mh.SentencePair("the cat saw the <b>")), Head("encoder", 2, 8))


def effects(looking: int, changes: dict[int, float]) -> pd.DataFrame:
    rows = [(word, kind, change / 2 ** OF_EDGES.index(kind)) for word, change in changes.items() for kind in OF_EDGES]
    return pd.DataFrame(rows, columns=["looked_at", "kind", "delta"]).assign(
        looking=looking, quantity="displacement", intact=0.0, n=1
    )


def test_the_sentence_is_about_the_chosen_weight_and_its_place_among_the_word_s_others(shown: Shown) -> None:
    finding = edge_effects(shown, effects(1, {0: 0.25, 1: 0.0, 2: -0.5, 3: 0.125}), 0)
    weight = shown.result.words("encoder").pattern[2, 8, 1, 0]
    assert finding.text == (
        f"minilm · L2 H8: without the weight of {weight:.2f} from cat on the the change is +0.250, displacement "
        "(1 − cosine); by size it is number 2 of the 4 words that cat may look at. (1 pair: an example)"
    )
    assert finding.table.query("looked_at == 0")["weight"].tolist() == pytest.approx([weight] * 2)


def test_the_chart_has_a_row_a_word_and_marks_the_chosen_one(shown: Shown) -> None:
    finding = edge_effects(shown, effects(2, {0: 0.25, 3: 0.125, 4: 1.0}), 3)
    drawn = max(finding.chart.to_dict()["datasets"].values(), key=len)
    both = {(row["name"], row["knockout"], row["zero_weight"]) for row in drawn}
    # A word that stands there twice has its number.
    assert {name for name, *_changes in both} >= {"the · 1", "▸ the · 4"}
    assert ("▸ the · 4", 0.125, 0.0625) in both
    assert "saw" in finding.reading
