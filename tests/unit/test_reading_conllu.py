"""Reading uploads: CoNLL-U."""

import os
from pathlib import Path

import pytest

from mhattn_core.text.reading import PairRecord, read_pairs

DATA = Path(os.environ.get("MHATTN_DATA", Path(__file__).parents[3] / "shared/data"))
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="third-party data is not here; MHATTN_DATA names its folder")


def token(id_: str, form: str, head: object = "_", deprel: str = "_", misc: str = "_") -> str:
    return "\t".join([id_, form, form.lower(), "X", "_", "_", str(head), deprel, "_", misc])


def sentence(*rows: str) -> PairRecord:
    upload = read_pairs(("x.conllu", ("\n".join(rows) + "\n").encode()))
    assert upload.bad.empty, upload.bad["reason"][0]
    return upload.pairs[0]


def words(record: PairRecord) -> list[str]:
    return [word.text for word in record.pair.a.words]


def test_a_tree_counts_words_from_zero() -> None:
    record = sentence(
        "# sent_id = k",
        "# text = Dogs bark.",
        token("1", "Dogs", 2, "nsubj"),
        token("2", "bark", 0, "root"),
        token("3", ".", 2, "punct"),
    )
    assert (record.id, record.pair.source, words(record)) == ("k", "Dogs bark.", ["Dogs", "bark", "."])
    assert [(word.lemma, word.head, word.deprel) for word in record.tree] == [
        ("dogs", 1, "nsubj"),
        ("bark", -1, "root"),
        (".", 1, "punct"),
    ]


def test_a_multiword_token_is_cut_where_its_parts_spell_it() -> None:
    record = sentence(
        "# text = We don't go",
        token("1", "We", 4, "nsubj"),
        token("2-3", "don't"),
        token("2", "do", 4, "aux"),
        token("3", "n't", 4, "advmod"),
        token("4", "go", 0, "root"),
    )
    assert words(record) == ["We", "do", "n't", "go"]
    assert [word.head for word in record.tree] == [3, 3, 3, -1]


def test_a_multiword_token_stays_one_word_where_they_do_not() -> None:
    record = sentence(
        "# text = Il va au bois.",
        token("1", "Il", 2, "nsubj"),
        token("2", "va", 0, "root"),
        token("3-4", "au"),
        token("3", "à", 5, "case"),
        token("4", "le", 5, "det"),
        token("5", "bois", 2, "obl", "SpaceAfter=No"),
        token("6", ".", 2, "punct"),
    )
    assert words(record) == ["Il", "va", "au", "bois", "."]
    assert [(word.form, word.head, word.deprel) for word in record.tree][2:] == [
        ("au", 3, "case"),
        ("bois", 1, "obl"),
        (".", 1, "punct"),
    ]


def test_a_multiword_token_takes_the_place_of_its_part_nearest_the_root() -> None:
    # "dámelo": da is the root, me and lo hang on it; por hangs on lo.
    record = sentence(
        "# text = dámelo por",
        token("1-3", "dámelo"),
        token("1", "lo", 2, "obj"),
        token("2", "da", 0, "root"),
        token("3", "me", 2, "iobj"),
        token("4", "por", 1, "case"),
    )
    assert [(word.form, word.lemma, word.head) for word in record.tree] == [("dámelo", "da", -1), ("por", "por", 0)]


def test_empty_nodes_are_left_out() -> None:
    record = sentence(
        "# text = Ann tea", token("1", "Ann", 0, "root"), token("1.1", "drinks"), token("2", "tea", 1, "orphan")
    )
    assert words(record) == ["Ann", "tea"]
    assert [word.head for word in record.tree] == [-1, 0]


def test_what_stands_beside_the_words_is_told() -> None:
    def row(id_: str, form: str, head: object = "_", relation: str = "_", graph: str = "_") -> str:
        return "\t".join((id_, form, *"____", str(head), relation, graph, "_"))

    gapped = (
        row("1", "Ann", 0, "root", "0:root|1.1:nsubj"),
        row("1.1", "drinks", graph="0:root"),
        row("2", "tea", 1, "orphan", "1.1:obj"),
    )
    merged = (
        row("1-2", "du"),
        row("1", "de"),
        row("1.1", "nothing"),
        row("2", "le"),
        row("3-4", "don't"),
        row("3", "do"),
        row("4", "n't"),
    )
    upload = read_pairs(("x.conllu", "\n\n".join("\n".join(rows) for rows in (gapped, merged)).encode()))
    assert [words(record) for record in upload.pairs] == [["Ann", "tea"], ["du", "do", "n't"]]
    bare, multiword, empty, enhanced = upload.remarks
    assert "no heads: 1." in bare
    assert multiword.startswith("Multiword tokens: 2.")
    assert empty.endswith(" 2.")
    assert enhanced.endswith(" 1.")


def test_text_from_the_forms_where_no_comment_gives_it() -> None:
    record = sentence(
        token("1", "Go", 0, "root"),
        token("2-3", "au", misc="SpaceAfter=No"),
        token("2", "à", 1, "x"),
        token("3", "le", 1, "x"),
        token("3.1", "gap"),
        token("4", "!", 1, "punct"),
    )
    assert record.pair.source == "Go au!"
    assert (record.id, record.line) == ("1", 1)


def test_chinese_is_read_from_its_text() -> None:
    record = sentence(
        "# text = 猫追球。",
        token("1", "猫", 2, "nsubj"),
        token("2", "追", 0, "root"),
        token("3", "球", 2, "obj"),
        token("4", "。", 2, "punct"),
    )
    assert record.pair.a.text == "猫追球。"
    assert words(record) == ["猫", "追", "球", "。"]


def test_documents_go_on_until_the_next() -> None:
    one = token("1", "Hi", 0, "root")
    text = f"# newdoc id = a\n# sent_id = 1\n{one}\n\n# sent_id = 2\n{one}\n\n# newdoc id = b\n# sent_id = 3\n{one}\n\n"
    assert [record.document for record in read_pairs(("x.conllu", text.encode())).pairs] == ["a", "a", "b"]


def test_bad_sentences_are_told_by_line_and_the_others_go_on() -> None:
    good = token("1", "Hi", 0, "root")
    blocks = [
        "1\tHi",  # line 1
        f"# sent_id = k\n{good}",  # 3
        token("1", "Hi", 4, "root"),  # 6
        token("1", "Hi", "q", "root"),  # 8
        f"# sent_id = k\n{good}",  # 10
        token("2", "Hi", 0, "root"),  # 13
        f"# text = Ho\n{good}",  # 15
        "\n".join([token("1-2", "ab"), token("1", "x", 2, "x"), token("2", "y", 1, "x")]),  # 18
    ]
    upload = read_pairs(("x.conllu", "\n\n".join(blocks).encode()))
    assert [record.line for record in upload.pairs] == [3]
    assert list(upload.bad["line"]) == [1, 6, 8, 10, 13, 15, 18]
    assert "circle" in upload.bad["reason"][6]


def test_words_without_heads_make_a_sentence_without_a_tree() -> None:
    bare = "# text = Dogs don't bark\n" + "\n".join(
        [token("1", "Dogs"), token("2-3", "don't"), token("2", "do"), token("3", "n't"), token("4", "bark")]
    )
    merged = "# text = au bois\n" + "\n".join(
        [token("1-2", "au"), token("1", "à"), token("2", "le"), token("3", "bois")]
    )
    tree = "# text = Hi\n" + token("1", "Hi", 0, "root")
    upload = read_pairs(("x.conllu", "\n\n".join((bare, merged, tree)).encode()))
    assert upload.bad.empty
    assert [words(record) for record in upload.pairs] == [["Dogs", "do", "n't", "bark"], ["au", "bois"], ["Hi"]]
    assert [len(record.tree) for record in upload.pairs] == [0, 0, 1]
    assert upload.remarks[0].endswith(" 2.")


@pytest.mark.parametrize(
    ("heads", "reason"),
    [
        ((2, 1, 0, 3), "circle"),  # two words that hang on each other, beside a root
        ((2, 3, 4, 2), "circle"),  # no root at all
        ((1, 0, 2, 2), "own head"),
        ((0, 1, 0, 3), "2 roots: Dogs, loudly"),
        ((2, 0, "_", 2), "“loudly” has no head"),
        ((5, 0, 2, 2), "“Dogs” has no head"),
    ],
)
def test_heads_that_make_no_tree_are_told(heads: tuple[object, ...], reason: str) -> None:
    rows = [
        token(str(n), form, head, "dep")
        for n, (form, head) in enumerate(zip(("Dogs", "bark", "loudly", "here"), heads, strict=True), 1)
    ]
    upload = read_pairs(("x.conllu", ("# text = Dogs bark loudly here\n" + "\n".join(rows) + "\n").encode()))
    assert upload.pairs == []
    assert reason in upload.bad["reason"][0]


@needs_data
@pytest.mark.parametrize(
    ("file", "number"),
    [("ud-english-ewt-dev/en_ewt-ud-dev.conllu", 2001), ("ud-chinese-gsdsimp-dev/zh_gsdsimp-ud-dev.conllu", 500)],
)
def test_treebanks(file: str, number: int) -> None:
    upload = read_pairs(DATA / file)
    assert (len(upload.pairs), len(upload.bad)) == (number, 0)
    for record in upload.pairs:
        assert words(record) == [word.form for word in record.tree]
        assert sum(word.head == -1 for word in record.tree) == 1
