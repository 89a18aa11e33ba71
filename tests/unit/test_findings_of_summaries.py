"""What is said of a document and its summary, and how it is got again."""

import numpy as np
import pandas as pd
import pytest
from test_summary_charts import FOUND

from mhattn_core.errors import Problem
from mhattn_core.findings.summarisation.document import DocumentAttention, DocumentInput
from mhattn_core.findings.summarisation.heads_and_layers import (
    cautions,
    comparisons,
    heads_of_document,
    layers_of_document,
    ways,
)
from mhattn_core.findings.summarisation.held_out import HeldOutAgreement, agreement_in
from mhattn_core.findings.summarisation.segments_of_part import segment_matrix
from mhattn_core.findings.summarisation.selection import HeadSelection
from mhattn_core.runs.run import Run
from mhattn_core.text.words import cut

KNOWN = HeldOutAgreement(
    pd.DataFrame({"layer": [0, 0], "head": [1, 0], "agreement": [0.75, 0.25], "units": 4}),
    documents=2,
    lead=0.5,
    order=0.25,
    chance=0.2,
    controls={"m@random": 0.4},
    source="run x",
)


def test_the_cell_that_is_lifted_most_is_named_with_its_share() -> None:
    finding = segment_matrix(FOUND, HeadSelection(0, 0), KNOWN, by="words")
    # 0.6 of 0.8 go to the second segment, which has 3 of 15 words.
    assert "takes **75%** of its attention to the document from segment **2**, which has 20%" in finding.sentence
    assert "agrees for 25% of 4 sentences" in finding.sentence
    assert "m@random 40%" in finding.sentence.replace("\\", "")
    assert "always the first segment would agree for 50%" in finding.reading
    assert finding.chart.to_dict() != finding.draw_narrow().to_dict()
    assert "segment_weights" in finding.code


def test_heads_are_compared_by_what_is_known() -> None:
    assert "elsewhere" not in ways(None)
    there = heads_of_document(FOUND, KNOWN, "elsewhere")
    assert "L0 H1 has the most, 75%; the mean of all heads is 50%" in there.sentence
    here = heads_of_document(FOUND, None, "here")
    assert here.table["value"].tolist() == FOUND.hits.mean(axis=-1).ravel().tolist()
    layers = layers_of_document(FOUND, [])
    lifts = FOUND.lifts[..., np.arange(2), FOUND.given.likest].mean()
    assert layers.table["value"].item() == pytest.approx(float(lifts))


def test_without_a_word_in_common_there_is_nothing_to_compare_heads_by() -> None:
    given = DocumentInput(FOUND.given.document, cut("Nobody knows anything. Strangers whisper quietly."))
    with pytest.raises(Problem, match="nothing to compare"):
        heads_of_document(DocumentAttention("m", "r", given, FOUND.weights), None, "here")


def test_agreement_stands_beside_lead_order_and_chance() -> None:
    table = comparisons(FOUND, KNOWN).set_index("label")
    assert table.loc["Shuffled: segments in an order at random"].tolist() == pytest.approx([1 / 3, 0.2])
    # Both sentences are like the second and the third segment, none like the first.
    assert table.loc["Lead: always the first segment"].tolist() == pytest.approx([0, 0.5])
    assert table.loc["Best head of m@random", "elsewhere"] == 0.4
    assert "2 such sentences, the others 4" in cautions(FOUND, KNOWN)[0]


def test_a_run_knows_other_documents_than_the_one_shown() -> None:
    run = Run.open("documents-en")
    items = run.table("segment_items", model=run.models[0])
    one = str(items["id"].iloc[0])
    known = agreement_in(run, run.models[0], one)
    assert known is not None
    assert known.documents == items["id"].nunique() - 1
    assert known.lead == pytest.approx((items[items["id"] != one]["likest"] == 0).mean())
    assert known.heads["agreement"].is_monotonic_decreasing
