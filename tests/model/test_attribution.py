"""What heads add over texts is what they add position by position, and a head that is known to say the next word is
found.
"""

from itertools import pairwise

import numpy as np
import pytest
from cases import family_named, model_of
from test_knockout import LOOKING, TEXTS, copying_model
from test_knockout import texts as copied_texts

import mhattn_core as mh
from mhattn_core.attention.objectives import tasks
from mhattn_core.experiments.ablation.texts import AblationText
from mhattn_core.experiments.attribution import COLUMNS, attribution_table, effects_of_heads
from mhattn_core.experiments.direct_effect import reading, readout

PAIRS = [
    mh.SentencePair("the cat sits on a mat"),
    mh.SentencePair("it was very tired"),
    mh.SentencePair("a cat slept long"),
]
TRANSLATED = [mh.SentencePair(pair.source, other.source) for pair, other in pairwise(PAIRS)]


@pytest.mark.parametrize("name", ["llama", "gpt2", "t5"])
def test_texts_together_are_their_positions_one_by_one(name: str) -> None:
    model = model_of(family_named(name))
    pairs = TRANSLATED if name == "t5" else PAIRS
    batches, _problems = tasks(model, pairs)
    for task in batches:
        read = readout(model, task.inputs)
        assert read is not None
        added, scores = effects_of_heads(model, read, task)
        for place, row in enumerate(task.rows):
            seen = mh.attend(model, pairs[row.number])
            targets = task.targets[place].tolist()
            asked = [position for position, token in enumerate(targets) if token >= 0]
            expected, total = dict.fromkeys(added, 0.0), 0.0
            for number, position in enumerate(asked):
                here = reading(seen, position)
                assert here is not None
                total += here.scores[targets[position]] - here.scores.mean()
                for head in added:
                    vector = seen.contributions(head.stack)[head.layer, head.head, position]
                    right, other = targets[position], targets[asked[number - len(asked) // 2]]
                    expected[head] += np.array([here.effects(vector, token) for token in (right, other)])
            assert scores[place] == pytest.approx(total, abs=1e-3)
            for head, sums in added.items():
                np.testing.assert_allclose(sums[:, place], expected[head], atol=1e-3)


def test_a_head_that_says_the_next_word_is_told_from_one_that_says_nothing() -> None:
    model, records = copying_model(), copied_texts()
    # Its last two words are asked for: one that nothing foretells, and the one that the head copies.
    asked_from = [len(" ".join(record.pair.source.split()[:LOOKING])) + 1 for record in records]
    texts = [
        AblationText(record.pair, record.id, "context", start)
        for record, start in zip(records, asked_from, strict=True)
    ]
    table = attribution_table(model, texts).set_index("head")
    assert set(COLUMNS) == {"head", *table}
    assert table.loc[0, "direct"] == pytest.approx(table.loc[0, "total"], rel=0.05)  # nothing else says anything
    assert 0.1 < table.loc[0, "specific_low"] < table.loc[0, "specific"] < table.loc[0, "specific_high"]
    assert table.loc[0, "q"] < 0.001
    assert table.loc[0, "n"] == table.loc[0, "units"] == TEXTS
    assert table.loc[1, ["direct", "other", "specific"]].tolist() == [0, 0, 0]
    assert table.loc[1, "p"] == 1


@pytest.mark.parametrize("name", ["bert", "marian", "gemma2"])
def test_no_rows_where_heads_reach_no_scores_as_a_sum(name: str) -> None:
    model = model_of(family_named(name))
    pairs = TRANSLATED if name == "marian" else PAIRS
    table = attribution_table(model, [AblationText(pair, pair.source, "pair") for pair in pairs])
    assert table.empty
    assert tuple(table) == COLUMNS
