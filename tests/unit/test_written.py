"""Reading, relations and gold links on fifty written pairs, against what stands in the files."""

from collections import Counter

import pytest
from written import DATA, TREES, annotated, gold_pairs, rows, sentences

from mhattn_core.text.reading import read_gold, read_pairs
from mhattn_core.text.relations import RELATIONS, find_items


def test_trees_are_read_as_they_are_written() -> None:
    upload = read_pairs(TREES)
    assert (len(upload.pairs), len(upload.bad)) == (50, 0)
    read = [word for record in upload.pairs for word in record.tree]
    assert [(word.form, word.lemma, word.upos, word.deprel) for word in read] == [
        (form, lemma, upos, deprel) for _id, form, lemma, upos, _xpos, _feats, _head, deprel, _deps, _misc in rows()
    ]
    # From 1 and 0 for the root in the file, from 0 and −1 here.
    assert [word.head for word in read] == [int(row[6]) - 1 for row in rows()]
    for record in upload.pairs:
        assert [word.text for word in record.pair.a.words] == [word.form for word in record.tree]
        assert sum(word.head == -1 for word in record.tree) == 1


def test_links_are_read_as_they_are_written() -> None:
    upload = read_gold([DATA / "written.en", DATA / "written.zh"], DATA / "written.align")
    assert (len(upload.pairs), len(upload.bad)) == (50, 0)
    links = (DATA / "written.align").read_text(encoding="utf-8")
    alignments = [record.alignment for record in upload.pairs if record.alignment]
    assert sum(len(alignment.sure) for alignment in alignments) == links.count("-")
    assert sum(len(alignment.possible - alignment.sure) for alignment in alignments) == links.count("p")


def test_both_files_hold_the_same_english() -> None:
    in_trees = [[word.text for word in record.pair.a.words] for record in sentences()]
    assert [[word.text for word in record.pair.a.words] for record in gold_pairs()] == in_trees


@pytest.mark.parametrize(
    ("name", "number", "offset", "share"),
    [
        # Subjects stand one before their verb, adjectives all but "better public parks" one before their noun.
        ("nsubj", 58, 1, 40),
        ("obj", 37, -3, 14),
        ("det", 60, 1, 42),
        ("amod", 32, 1, 31),
        ("case", 22, 2, 14),
    ],
)
def test_best_offsets(name: str, number: int, offset: int, share: int) -> None:
    items = find_items(annotated(), [RELATIONS[name]])
    assert len(items.query) == number
    assert Counter((items.key - items.query).tolist()).most_common(1) == [(offset, share)]


def test_every_dependency_in_the_file_is_an_item() -> None:
    items = find_items(annotated())
    number = Counter(items.names[relation] for relation in items.relation)
    in_file = Counter(row[7].partition(":")[0] for row in rows())
    for name in ("nsubj", "obj", "obl", "case", "det", "amod", "advmod", "aux", "cop", "mark", "conj", "nmod"):
        assert number[name] == in_file[name] > 3, name
