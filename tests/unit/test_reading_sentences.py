"""Reading uploads: pairs in files of their own."""

import os
from pathlib import Path

import pytest

from mhattn_core import Problem
from mhattn_core.text.reading import PairRecord, attach_links, read_gold, read_pairs, read_parallel

DATA = Path(os.environ.get("MHATTN_DATA", Path(__file__).parents[3] / "shared/data"))
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="third-party data is not here; MHATTN_DATA names its folder")


def words(record: PairRecord) -> list[str]:
    return [word.text for word in record.pair.a.words]


def test_files_of_their_own() -> None:
    upload = read_parallel(
        ("a.zh", "我 在 3月 22日 读 （ USA Today ） 。\n\n好 的\n坏 的\n".encode()),
        ("b.en", b"In March , I read it .\nnothing\nfine\nbad one\n"),
        ("c.align", b"0-3 1p0 6-4-P\n\n0-7\n0-0\n"),
    )
    first = upload.pairs[0]
    assert first.pair.a.text == "我在3月22日读（USA Today）。"
    assert words(first) == ["我", "在", "3月", "22日", "读", "（", "USA", "Today", "）", "。"]
    assert [word.text for word in first.pair.b.words] == ["In", "March", ",", "I", "read", "it", "."]
    assert first.alignment
    assert first.alignment.possible == {(0, 3), (1, 0), (6, 4)}
    assert [record.line for record in upload.pairs] == [1, 4]
    assert list(upload.bad["line"]) == [2, 3]
    assert "0-7" in upload.bad["reason"][1]


def test_files_of_their_own_by_id() -> None:
    upload = read_parallel(
        ("a", b"s1\tun deux\ns2\ttrois\n"), ("b", b"s2\tthree\ns1\tone two\n"), ("c", b"s2\t1-1\ns1\t2-2 1p1\n"), base=1
    )
    assert [(record.id, record.pair.source, record.pair.target) for record in upload.pairs] == [
        ("s1", "un deux", "one two"),
        ("s2", "trois", "three"),
    ]
    assert upload.pairs[0].alignment
    assert upload.pairs[0].alignment.sure == {(1, 1)}


def test_lines_end_at_line_feeds_as_paste_has_them() -> None:
    inside = ("one two\rthree", "four\x0c", "five\u2028six", "seven\x85eight", "nine \u2029 ten")
    across = ("A B", "C\rD", "E", "F\x0cG", "H")
    for end in ("\n", "\r\n"):
        upload = read_parallel(("a", (end.join(inside) + end).encode()), ("b", (end.join(across) + end).encode()))
        assert [(record.line, record.pair.source, record.pair.target) for record in upload.pairs] == [
            (line, *(text.strip() for text in texts)) for line, texts in enumerate(zip(inside, across, strict=True), 1)
        ]


def test_files_without_a_line_feed_end_lines_at_carriage_returns() -> None:
    upload = read_parallel(("a", b"one\rtwo\r"), ("b", b"un\ndeux\n"), ("c", b"0-0\r0-0\r"))
    assert [(record.pair.source, record.pair.target) for record in upload.pairs] == [("one", "un"), ("two", "deux")]


def test_control_characters_in_files_of_their_own_are_told_by_line() -> None:
    upload = read_parallel(("a", b"one\ntw\x00o\nthree\n"), ("b", b"un\ndeux\ntro\x0bis\n"))
    assert [record.line for record in upload.pairs] == [1]
    assert list(upload.bad["line"]) == [2, 3]


LINKS = b"0-0 1-1 2-2\n0-0 1-1\n0-0\n"
THREE = (("a", b"I love you\nHe runs\nHi\n"), ("b", b"je t' aime\nil court\nsalut\n"))


@pytest.mark.parametrize("links", [b"\n" + LINKS, b"alignment\n" + LINKS, LINKS + b"\n", LINKS[:-4]])
def test_links_of_another_number_of_lines_are_refused(links: bytes) -> None:
    number = links.count(b"\n")
    with pytest.raises(Problem, match=rf"{number} lines.*3 pairs"):
        read_parallel(*THREE, ("c", links))
    table = read_pairs(
        (
            "x.tsv",
            b"source\ttarget\n"
            + b"\n".join(b"\t".join(row) for row in zip(*(text.splitlines() for _name, text in THREE), strict=True)),
        )
    )
    assert [str(record.alignment) for record in attach_links(table, ("c", LINKS)).pairs] == [
        "0-0 1-1 2-2",
        "0-0 1-1",
        "0-0",
    ]
    with pytest.raises(Problem, match=rf"{number} lines.*3 pairs"):
        attach_links(table, ("c", links))


def test_gold_on_the_command_line_is_refused_likewise(tmp_path: Path) -> None:
    files = [tmp_path / name for name in "abc"]
    for file, content in zip(files, (*(text for _name, text in THREE), b"\n" + LINKS), strict=True):
        file.write_bytes(content)
    with pytest.raises(Problem, match=r"4 lines.*3 pairs"):
        read_gold(files[:2], files[2])


def test_rows_count_links_with_bad_rows_and_without_a_title() -> None:
    table = read_pairs(("x.csv", b"My pairs,\nsource,target\none,un\n,deux\n\nthree,trois\n"))
    upload = attach_links(table, ("c", b"0-0\n\n0p0\n"))
    assert [(record.line, str(record.alignment)) for record in upload.pairs] == [(3, "0-0"), (6, "0p0")]


def test_links_by_id_need_not_be_as_many() -> None:
    upload = read_parallel(*THREE, ("c", b"3\t0-0\n\n0-0\n1\t0-0\n"))
    assert [(record.id, str(record.alignment)) for record in upload.pairs] == [("1", "0-0"), ("3", "0-0")]
    assert list(upload.bad["line"]) == [2]
    with pytest.raises(Problem, match="twice"):
        read_parallel(*THREE, ("c", b"1\t0-0\n1\t0-0\n"))


def test_links_without_ids_follow_sentences_with_ids() -> None:
    upload = read_parallel(("a", b"s1\tone\ns2\ttwo six\n"), ("b", b"s2\tdeux six\ns1\tun\n"), ("c", b"0-0\n0-0 1-1\n"))
    assert [(record.id, str(record.alignment)) for record in upload.pairs] == [("s1", "0-0"), ("s2", "0-0 1-1")]


def test_sentences_that_are_not_cut() -> None:
    pair = read_parallel(("a", "我们去公园。".encode()), ("b", b"Don't go."), given_cut=False).pairs[0].pair
    assert pair.source_words == ()
    assert [word.text for word in pair.b.words] == ["Don't", "go", "."]


def test_files_that_do_not_belong_together() -> None:
    with pytest.raises(Problem, match=r"2 lines.*1 lines"):
        read_parallel(("a", b"x\ny\n"), ("b", b"x\n"))
    with pytest.raises(Problem, match="twice"):
        read_parallel(("a", b"1\tx\n1\ty\n"), ("b", b"1\tx\n2\ty\n"))


ALIBI = {
    "ChatBotte": "MasterCat",
    "LAuberge": "TheInn",
    "LaBarbeBleue": "BlueBeard",
    "LaDerniereClasse": "TheLastLesson",
    "LaVision": "TheVision",
}


@needs_data
def test_gold_alignments() -> None:
    read = [read_parallel(*(DATA / f"denero-zh-en/train.{end}" for end in ("zh", "en", "align")))]
    folder = DATA / "alibi-fr-en"
    read += [
        read_parallel(folder / f"{a}_sents.txt", folder / f"{b}_sents.txt", folder / f"ali_w2w_{a}_{b}.txt")
        for a, b in ALIBI.items()
    ]
    assert [len(upload.bad) for upload in read] == [0] * 6
    assert [len(upload.pairs) for upload in read] == [150, 52, 204, 68, 92, 106]
    for line, record in zip(
        (DATA / "denero-zh-en/train.zh").read_text(encoding="utf-8").splitlines(), read[0].pairs, strict=True
    ):
        assert words(record) == line.split()
        assert record.alignment
    for name, upload in zip(ALIBI, read[1:], strict=True):
        for line, record in zip(
            (folder / f"{name}_sents.txt").read_text(encoding="utf-8").splitlines(), upload.pairs, strict=True
        ):
            assert words(record) == line.split("\t")[1].split()
            assert record.alignment is not None
