"""Reading documents with summaries: tables of every kind, and text files."""

import io
from pathlib import Path

import pandas as pd
import pytest

from mhattn_core import Problem
from mhattn_core.text.documents import document_pairs, documents, read_document
from mhattn_core.text.reading import Limits, Upload, read_pairs, read_summarised

DOCUMENT = 'Rain fell, "all" day.\n\nThen it stopped.'
ROWS = pd.DataFrame({"ID": ["a", "b"], "Document": [DOCUMENT, "One.\n\nTwo."], "SUMMARY": ["It rained.", ""]})


def packed(kind: str) -> bytes:
    file = io.BytesIO()
    if kind == "xlsx":
        ROWS.to_excel(file, index=False)
    elif kind == "parquet":
        ROWS.to_parquet(file, index=False)
    else:
        text = {"csv": ROWS.to_csv(index=False), "tsv": ROWS.to_csv(index=False, sep="\t")}
        return text.get(kind, ROWS.to_json(orient="records", lines=True)).encode()
    return file.getvalue()


def texts(upload: Upload) -> list[tuple[str, str, str]]:
    return [(record.id, record.pair.source, record.pair.target) for record in upload.pairs]


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "xlsx", "parquet"])
def test_every_table_gives_the_same_documents(kind: str) -> None:
    upload = read_summarised((f"docs.{kind}", packed(kind)))
    assert texts(upload) == [("a", DOCUMENT, "It rained."), ("b", "One.\n\nTwo.", "")]
    assert upload.bad.empty
    assert len(read_document(upload.pairs[0].pair.source).segments) == 2
    assert texts(read_pairs((f"docs.{kind}", packed(kind)))) == texts(upload)  # so that a run takes them too


def test_a_document_is_the_text_only_beside_a_summary_and_without_a_source() -> None:
    by_id = read_pairs(("x.csv", b"source,target,document\na,b,home\n"))
    assert (texts(by_id), by_id.pairs[0].document) == ([("2", "a", "b")], "home")
    with_source = read_pairs(("x.csv", b"source,summary,document\na,b,home\n"))
    assert (texts(with_source), with_source.pairs[0].document) == ([("2", "a", "b")], "home")
    alone = read_pairs(("x.csv", b"document,label\na,b\n"))
    assert (alone.pairs, alone.columns.used) == ([], {"document": "document", "label": "label"})


def test_bad_rows_say_where_and_why_and_the_others_go_on() -> None:
    upload = read_summarised(("x.csv", b'document,summary\none,two\n,three\n"x" y,four\nfive,six,seven\nlast,end\n'))
    assert [record.pair.source for record in upload.pairs] == ["one", "last"]
    assert upload.bad["line"].tolist() == [3, 4, 5]
    assert upload.bad["reason"].str.contains("text|quotation|Cells").all()


def test_what_has_no_such_columns_is_refused() -> None:
    for content in (b"source,target\na,b\n", b"document,label\na,b\n", b"id,summary\n1,b\n"):
        with pytest.raises(Problem, match="no columns"):
            read_summarised(("x.csv", content))


def test_documents_may_be_longer_than_sentences_up_to_a_limit() -> None:
    long = "word " * 10_000
    assert len(read_summarised(("x.csv", f"document,summary\n{long},short\n".encode())).pairs) == 1
    assert read_pairs(("x.csv", f"source,target\n{long},short\n".encode())).bad["line"].tolist() == [2]
    limits = Limits(document=20)
    upload = read_summarised(("x.csv", b"document,summary\n" + b"a" * 21 + b",b\nc,d\n"), limits=limits)
    assert (upload.bad["line"].tolist(), len(upload.pairs)) == ([2], 1)
    with pytest.raises(Problem, match="more than 20 characters"):
        read_summarised(("x.txt", b"a" * 21), limits=limits)
    with pytest.raises(Problem, match="larger than"):
        read_summarised(("x.txt", b"a" * 21), limits=Limits(bytes=20))


def test_a_document_in_quotation_marks_may_have_many_lines() -> None:
    document = "\n".join(f"line {number}" for number in range(1_000))
    assert (
        read_summarised(("x.csv", f'document,summary\n"{document}",short\n'.encode())).pairs[0].pair.source == document
    )


def test_two_text_files_are_one_document(tmp_path: Path) -> None:
    (tmp_path / "garden.txt").write_bytes("雨停了。\r\n\r\n天晴了。".encode("gb18030"))
    (tmp_path / "summary.txt").write_text("天晴\n了。\n", encoding="utf-8")
    upload = read_summarised(tmp_path / "garden.txt", tmp_path / "summary.txt")
    assert [(record.id, record.pair.target) for record in upload.pairs] == [("garden", "天晴 了。")]
    assert read_document(upload.pairs[0].pair.source).segments == ("雨停了。", "天晴了。")
    assert read_summarised(tmp_path / "garden.txt").pairs[0].pair.target == ""
    with pytest.raises(Problem):
        read_summarised(("garden.txt", b"fine"), ("summary.txt", b"%PDF-1.7 not text"))


def test_the_gallery_s_documents_make_pairs_that_are_cut_as_they_were_written() -> None:
    for language in ("en", "zh"):
        for record in document_pairs(language):
            one = documents()[record.id]
            assert one.language == language
            assert read_document(record.pair.source).segments == one.document.segments
            assert record.pair.b == one.summary
