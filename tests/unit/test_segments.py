"""Documents cut into segments, and what is counted on them."""

import numpy as np
import pytest
from unchecked import unchecked

from mhattn_core.errors import Problem, ShapeError
from mhattn_core.measures.segments import agreement, lift, of_units, rouge, shares
from mhattn_core.text.documents import documents, place_of, read_document, sentences_of, written_in
from mhattn_core.text.words import cut


def test_a_text_is_cut_where_it_is_asked() -> None:
    text = "One line\nof two.\n\nMr. Fox came. He saw 3.5 eggs!\n---\nThe end."
    assert read_document(text).segments == ("One line of two.", "Mr. Fox came. He saw 3.5 eggs! --- The end.")
    assert read_document(text, by="mark").segments == ("One line of two. Mr. Fox came. He saw 3.5 eggs!", "The end.")
    assert read_document("Mr. Fox came. He saw 3.5 eggs!", by="sentence").segments == (
        "Mr. Fox came.",
        "He saw 3.5 eggs!",
    )
    assert read_document("first\nsecond").segments == ("first", "second")  # no empty line: every line is one
    assert read_document("雨停了。天晴了！", by="sentence").segments == ("雨停了。", "天晴了！")


def test_lines_broken_at_a_width_end_no_sentence_and_no_word() -> None:
    wrapped = "The mayor spoke\r\nfor an hour. Nobody\r\n\tlistened.\r\n\r\nThen it\r\nrained.\r\n"
    assert read_document(wrapped, by="sentence").segments == (
        "The mayor spoke for an hour.",
        "Nobody listened.",
        "Then it rained.",
    )
    assert read_document(wrapped).segments == ("The mayor spoke for an hour. Nobody listened.", "Then it rained.")
    broken = read_document("今天天气很好，我们去公\n园散步。\n\n明天下雨。")
    assert broken.segments == ("今天天气很好，我们去公园散步。", "明天下雨。")
    assert "公园" in [word.text for word in broken.sentences[0].words]


def test_a_name_in_another_script_makes_no_text_of_another_language() -> None:
    text = "Dr. Li of 北京 wrote 3.5 pages. Then he slept."
    document = read_document(text, by="sentence")
    assert (document.segments, document.separator) == (("Dr. Li of 北京 wrote 3.5 pages.", "Then he slept."), " ")
    assert (written_in(text), written_in("AI技术发展迅速"), written_in("")) == ("en", "zh", "en")
    both = read_document("Rain fell. It stopped.\n\n雨停了。天晴了！", by="sentence")
    assert both.segments == ("Rain fell.", "It stopped.", "雨停了。", "天晴了！")


def test_what_cannot_be_seen_is_no_sentence() -> None:
    assert sentences_of("Rain fell.\n\u200b\nIt stopped.") == ["Rain fell.", "It stopped."]
    assert read_document("One.\n\n\u200b\n\nTwo.").segments == ("One.", "Two.")


@pytest.mark.parametrize(("text", "by"), [("", "paragraph"), (" \n\n ", "sentence"), ("no marks here", "mark")])
def test_what_cannot_be_cut_is_refused(text: str, by: str) -> None:
    with pytest.raises(Problem):
        read_document(text, by=by)  # type: ignore[arg-type]


def test_words_of_a_summary_stand_in_its_sentences() -> None:
    summary = cut("Rain fell. Rain fell again.")
    parts = sentences_of(summary.text)
    assert parts == ["Rain fell.", "Rain fell again."]
    assert place_of(summary, parts) == [0, 0, 0, 1, 1, 1, 1]


def test_the_gallery_has_documents_of_five_paragraphs_in_both_languages() -> None:
    assert {document.language for document in documents().values()} == {"en", "zh"}
    assert all(len(document.document.segments) == 5 and document.summary for document in documents().values())
    note = next(document for document in documents().values() if document.summary.text == "AI技术发展迅速")
    assert [word.text for word in note.summary.words] == ["AI", "技术", "发展", "迅速"]


# One head, three summary words, two segments of 3 words and 1; a quarter of the second word's weight goes elsewhere.
WEIGHTS = np.array([[0.6, 0.4], [0.3, 0.45], [0.9, 0.1]])


def test_units_are_means_over_their_words() -> None:
    assert of_units(WEIGHTS, [0, 0, 1]).tolist() == [pytest.approx([0.45, 0.425]), pytest.approx([0.9, 0.1])]
    missing = WEIGHTS.copy()
    missing[0] = np.nan
    assert of_units(missing, [0, 0, 1])[0].tolist() == pytest.approx([0.3, 0.45])
    with pytest.raises(ShapeError):
        of_units(WEIGHTS, [0, 1])


def test_lift_is_what_exceeds_the_segments_share_of_words() -> None:
    assert shares(WEIGHTS)[1].tolist() == pytest.approx([0.4, 0.6])
    words = np.array([3, 1])
    assert lift(WEIGHTS, words).tolist() == [
        pytest.approx([-0.15, 0.15]),
        pytest.approx([-0.35, 0.35]),
        pytest.approx([0.15, -0.15]),
    ]
    assert np.isnan(lift(np.zeros((1, 2)), words)).all()
    with pytest.raises(ShapeError):
        unchecked(lift)(WEIGHTS, np.array([1, 1, 1]))


def test_rouge_counts_the_longest_common_run_of_words_in_any_language() -> None:
    # Common subsequence "the cat sat" of 3 words: precision 3/3 and recall 3/6 of the first, 2/3 ("the sat") and 2/4 of
    # the second.
    found = rouge(["the cat sat"], ["The old cat sat down today.", "the dog sat still"])
    assert found[0].tolist() == pytest.approx([2 / 3, 4 / 7])
    assert rouge(["图书馆漏雨"], ["图书馆，冬天漏雨。", "天晴"])[0].tolist() == [pytest.approx(0.8), 0.0]


def test_agreement_counts_units_whose_most_lifted_segment_is_the_likest() -> None:
    lifts = np.array([[[0.2, -0.2, 0.0], [0.1, 0.1, -0.2]], [[np.nan, np.nan, np.nan], [-0.1, 0.3, -0.2]]])
    assert agreement(lifts, np.array([0, 1])).tolist() == [0.5, 0.5]
