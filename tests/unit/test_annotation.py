"""From a parser's tree to Universal Dependencies on the word grid."""

import pytest

from mhattn_core.text.annotation import annotate, language_of
from mhattn_core.text.annotation.dictionary import part_of_speech
from mhattn_core.text.annotation.universal import Token, to_universal
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord, read_pairs


def turned(rows: str) -> list[str]:
    """The tree as ``word>head:dependency``; rows are ``lemma UPOS head label``, heads counted from 0."""
    tokens = [
        Token(lemma, upos, int(head), label) for lemma, upos, head, label in (row.split() for row in rows.split("|"))
    ]
    names = [*(token.lemma for token in tokens), "ROOT"]
    return [f"{names[place]}>{names[head]}:{label}" for place, (head, label) in enumerate(to_universal(tokens))]


@pytest.mark.parametrize(
    ("parsed", "expected"),
    [
        (
            "cat NOUN 1 nsubj|sit VERB -1 ROOT|on ADP 1 prep|mat NOUN 2 pobj",
            ["cat>sit:nsubj", "sit>ROOT:root", "on>mat:case", "mat>sit:obl"],
        ),
        ("lamp NOUN -1 ROOT|on ADP 0 prep|desk NOUN 1 pobj", ["lamp>ROOT:root", "on>desk:case", "desk>lamp:nmod"]),
        ("she PRON 1 nsubj|be AUX -1 ROOT|tall ADJ 1 acomp", ["she>tall:nsubj", "be>tall:cop", "tall>ROOT:root"]),
        (
            "she PRON 1 nsubj|be AUX -1 ROOT|in ADP 1 prep|rome PROPN 2 pobj",
            ["she>rome:nsubj", "be>rome:cop", "in>rome:case", "rome>ROOT:root"],
        ),
        ("there PRON 1 expl|be VERB -1 ROOT|cat NOUN 1 attr", ["there>be:expl", "be>ROOT:root", "cat>be:nsubj"]),
        (
            "run VERB -1 ROOT|out ADP 0 prep|of ADP 1 prep|house NOUN 2 pobj",
            ["run>ROOT:root", "out>house:case", "of>house:case", "house>run:obl"],
        ),
        (
            "a NOUN -1 ROOT|, PUNCT 0 punct|b NOUN 0 conj|and CCONJ 2 cc|c NOUN 2 conj",
            ["a>ROOT:root", ",>a:punct", "b>a:conj", "and>c:cc", "c>a:conj"],
        ),
        (
            "see VERB 2 auxpass|by ADP 2 agent|tell VERB -1 ROOT|he PRON 1 pobj",
            ["see>tell:aux:pass", "by>he:case", "tell>ROOT:root", "he>tell:obl:agent"],
        ),
        (
            "leave VERB -1 ROOT|without ADP 0 prep|pay VERB 1 pcomp",
            ["leave>ROOT:root", "without>pay:mark", "pay>leave:advcl"],
        ),
        (
            "want VERB -1 ROOT|to PART 2 aux|go VERB 0 xcomp|in ADP 2 prep",
            ["want>ROOT:root", "to>go:mark", "go>want:xcomp", "in>go:advmod"],
        ),
        (
            "go VERB -1 ROOT|to ADP 0 prep|a PROPN 1 pobj|or CCONJ 1 cc|to ADP 1 conj|b PROPN 4 pobj",
            ["go>ROOT:root", "to>a:case", "a>go:obl", "or>b:cc", "to>b:case", "b>a:conj"],
        ),
    ],
)
def test_labels_and_heads(parsed: str, expected: list[str]) -> None:
    assert turned(parsed) == expected


def test_the_parser_reads_the_note() -> None:
    words = annotate([PairRecord("", SentencePair("The cat sits on the mat"), 0)])[0].a.words
    assert [(word.lemma, word.upos, word.head, word.deprel) for word in words] == [
        ("the", "DET", 1, "det"),
        ("cat", "NOUN", 2, "nsubj"),
        ("sit", "VERB", -1, "root"),
        ("on", "ADP", 5, "case"),
        ("the", "DET", 5, "det"),
        ("mat", "NOUN", 2, "obl"),
    ]


def test_words_cut_otherwise_than_the_parser_cuts() -> None:
    # "don't" is one word here and two for the parser; "10:30" is three here and one there.
    sentence = annotate([PairRecord("", SentencePair("We don't want it at 10:30."), 0)])[0].a
    assert [word.text for word in sentence.words] == ["We", "don't", "want", "it", "at", "10", ":", "30", "."]
    assert [word.head for word in sentence.words][:4] == [2, 2, -1, 2]
    assert sentence.words[1].relation in ("aux", "advmod")
    assert [(word.head, word.deprel) for word in sentence.words[6:8]] == [(5, "goeswith"), (5, "goeswith")]


def test_gold_wins_over_the_parser() -> None:
    rows = ["1\tTime\ttime\tVERB\t_\t_\t0\troot\t_\t_", "2\tFlies\t_\t_\t_\t_\t1\tobj\t_\t_"]
    records = read_pairs(("x.conllu", ("# text = Time Flies\n" + "\n".join(rows) + "\n").encode())).pairs
    (annotated,) = annotate(records)
    assert [(word.text, word.lemma, word.upos, word.head, word.deprel) for word in annotated.a.words] == [
        ("Time", "time", "VERB", -1, "root"),
        ("Flies", "flies", "", 0, "obj"),
    ]
    assert annotated.a.tree
    assert not annotated.b.words


def test_chinese_without_a_tree_has_parts_of_speech() -> None:
    pair = annotate([PairRecord("", SentencePair("The cat sleeps.", "猫在睡觉。"), 0)], parser=False)[0]
    assert (pair.a.tree, pair.b.tree) == (False, False)
    assert [word.upos for word in pair.b.words] == ["NOUN", "ADP", "VERB", "PUNCT"]


@pytest.mark.parametrize(
    ("word", "tag"), [("天气", "NOUN"), ("虽然", "CCONJ"), ("我们", "PRON"), ("，", "PUNCT"), ("甴曱齉龘", "")]
)
def test_dictionary(word: str, tag: str) -> None:
    assert part_of_speech(word) == tag


@pytest.mark.parametrize(
    ("text", "code", "language"),
    [
        ("Hello 世界", "", "zh"),
        ("Hello", "", "en"),
        ("Привет", "", ""),
        ("Bonjour", "fra_Latn", ""),
        ("Hello", "eng_Latn", "en"),
        ("你好", "zho_Hans", "zh"),
    ],
)
def test_language(text: str, code: str, language: str) -> None:
    assert language_of(text, code) == language
