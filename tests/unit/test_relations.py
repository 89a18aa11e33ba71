"""Relations on sentences of our own with trees written by hand."""

import pytest

from mhattn_core import Problem
from mhattn_core.locale import use_language
from mhattn_core.text.annotation import Annotated, AnnotatedSentence, AnnotatedWord, Language, Resources, Similarity
from mhattn_core.text.pharaoh import parse
from mhattn_core.text.relations import (
    RELATIONS,
    find_items,
    group_label,
    meaning,
    missing,
    read_valence,
    relation_label,
)
from mhattn_core.text.relations.phonology import sound

# word lemma UPOS head deprel; heads count from 0
FOX = """The the DET 3 det|quick quick ADJ 3 amod|brown brown ADJ 3 amod|fox fox NOUN 4 nsubj|jumps jump VERB -1 root|over over ADP 8 case
|the the DET 8 det|lazy lazy ADJ 8 amod|dog dog NOUN 4 obl"""
LAMP = """She she PRON 3 nsubj:pass|was be AUX 3 aux:pass|not not PART 3 advmod|given give VERB -1 root|the the DET 5 det|lamp lamp NOUN 3 obj
|on on ADP 8 case|my my PRON 8 nmod:poss|desk desk NOUN 5 nmod|on on ADP 10 case|Monday Monday PROPN 3 obl|, , PUNCT 14 punct|because because SCONJ 14 mark
|she she PRON 14 nsubj|sold sell VERB 3 advcl|it it PRON 14 obj|. . PUNCT 3 punct"""


def tree(rows: str, language: Language = "en") -> AnnotatedSentence:
    cells = [row.split() for row in rows.replace("\n", "").split("|")]
    return AnnotatedSentence(
        tuple(AnnotatedWord(w, lemma.lower(), pos, int(head), dep) for w, lemma, pos, head, dep in cells),
        language,
        True,
    )


def plain(text: str, language: Language = "en", resources: Resources = Resources()) -> AnnotatedSentence:  # noqa: B008  frozen
    words = tuple(AnnotatedWord(word, word.lower()) for word in text.split())
    return AnnotatedSentence(words, language, resources=resources)


def items(
    name: str,
    a: AnnotatedSentence,
    b: AnnotatedSentence = AnnotatedSentence(),  # noqa: B008  frozen
    *,
    control: bool = False,
) -> list[tuple[str, str]]:
    found = find_items([Annotated(a, b)], [RELATIONS[name]], control=control)
    words = [word.text for word in (*a.words, *b.words)]
    return [(words[query], words[key]) for query, key in zip(found.query, found.key, strict=True)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nsubj", [("She", "given"), ("she", "sold")]),
        ("obj", [("lamp", "given"), ("it", "sold")]),
        ("obl", [("Monday", "given")]),
        ("case", [("on", "desk"), ("on", "Monday")]),
        ("det", [("the", "lamp")]),
        ("advmod", [("not", "given")]),
        ("aux", [("was", "given")]),
        ("mark", [("because", "sold")]),
        ("nmod", [("my", "desk"), ("desk", "lamp")]),
        ("amod", []),
        ("verb_preposition", [("on", "given")]),
        ("figure_ground", [("lamp", "desk")]),
        ("nsubj:far", []),
        ("obl:far", [("Monday", "given")]),
        ("connective_clause", [("because", "given")]),
        ("negation", [("not", "given")]),
        ("pronoun", [("she", "Monday"), ("it", "Monday")]),
        ("same_word", [("on", "on"), ("she", "She")]),
        ("same_part_of_speech", [("desk", "lamp"), ("sold", "given")]),
    ],
)
def test_items_of_a_tree(name: str, expected: list[tuple[str, str]]) -> None:
    assert items(name, tree(LAMP)) == expected


def test_the_note_on_the_fox() -> None:
    assert items("figure_ground", tree(FOX)) == [("fox", "dog")]
    assert items("same_category", tree(FOX)) == [("dog", "fox")]
    assert items("amod", tree(FOX)) == [("quick", "fox"), ("brown", "fox"), ("lazy", "dog")]


def test_far_is_five_words() -> None:
    four = tree("Dogs dog NOUN 4 nsubj|a a X 4 dep|a a X 4 dep|a a X 4 dep|bark bark VERB -1 root")
    five = tree("Dogs dog NOUN 5 nsubj|a a X 5 dep|a a X 5 dep|a a X 5 dep|a a X 5 dep|bark bark VERB -1 root")
    assert items("nsubj:far", four) == []
    assert items("nsubj:far", five) == [("Dogs", "bark")]


def test_words_of_b_count_on_from_a() -> None:
    found = find_items([Annotated(tree(FOX), tree(FOX))], [RELATIONS["nsubj"], RELATIONS["obl"]])
    rows = zip(found.pair, found.relation, found.query, found.key, strict=True)
    assert list(rows) == [(0, 0, 3, 4), (0, 0, 12, 13), (0, 1, 8, 4), (0, 1, 17, 13)]


def test_controls() -> None:
    # Same part of speech: the other noun. Same distance: as far to the other side.
    assert items("amod", tree(FOX), control=True) == [("quick", "dog"), ("brown", "dog"), ("lazy", "fox")]
    assert items("verb_preposition", tree(FOX)) == [("over", "jumps")]
    assert items("verb_preposition", tree(FOX), control=True) == [("over", "the")]


def test_pairs_of_connectives() -> None:
    text = "虽然 下雨 ， 但是 我们 出门 ； 因为 下雨 ， 所以 他 没有 来 ， 但是 他 打 了 电话"
    assert items("connective_partner", plain(text, "zh")) == [("但是", "虽然")]
    assert items("connective_partner", plain(text, "zh"), control=True) == [("所以", "因为")]
    assert items("cause_partner", plain(text, "zh")) == [("所以", "因为")]


def test_between_sentences() -> None:
    assert items("across", plain("the cat saw a cat"), plain("a Cat slept on the mat")) == [("Cat", "cat")]
    pair = Annotated(plain("I like tea"), plain("我 喜欢 喝 茶", "zh"), parse("0-0 1-1 2p2 2-3"))
    found = find_items([pair], [RELATIONS["alignment"]])
    assert list(zip(found.query, found.key, strict=True)) == [(3, 0), (4, 1), (6, 2)]


def test_feeling() -> None:
    assert items("sentiment", plain("a horrible day , rather lovely")) == [
        ("a", "horrible"),
        ("day", "horrible"),
        ("rather", "lovely"),
    ]
    own = Resources(valence=read_valence("own.tsv", "糟糕\t-2.5\n还行\t0.5\n\n".encode()))
    assert items("sentiment", plain("天气 糟糕 午饭 还行", "zh", own)) == [
        ("天气", "糟糕"),
        ("午饭", "糟糕"),
        ("还行", "糟糕"),
    ]
    with pytest.raises(Problem, match=r"Line 2 of “own\.tsv”"):
        read_valence("own.tsv", b"good\t2\nbad -2\n")


def test_sound() -> None:
    assert items("rhyme", plain("the bright star shines every night")) == [("night", "bright")]
    assert items("alliteration", plain("silly people sing")) == [("sing", "silly")]
    assert items("stress", plain("a garden hotel under water")) == [("water", "garden")]
    assert items("end_rhyme", plain("the cat came home ,"), plain("all wet with foam")) == [("foam", "home")]
    assert items("end_rhyme", plain("the cat came home"), plain("all wet again"), control=True) == [("again", "home")]
    assert items("rhyme", plain("床 前 明月 光 ， 疑 是 地上 霜", "zh"))[-1] == ("霜", "地上")


@pytest.mark.parametrize(
    ("one", "other", "rhyme"),
    [
        ("天", "山", True),
        ("风", "东", False),
        ("水", "飞", True),
        ("诗", "衣", False),
        ("新", "人", True),
        ("花", "家", True),
        ("月", "夜", True),
        ("山", "上", False),
    ],
)
def test_chinese_rhymes_leave_out_the_medial(one: str, other: str, rhyme: bool) -> None:
    assert (sound(one, "zh").rhyme == sound(other, "zh").rhyme) is rhyme


def test_place() -> None:
    sentence = plain("We left , and slept .")
    assert items("previous_word", sentence)[:2] == [("left", "We"), (",", "left")]
    assert items("two_after", sentence)[0] == ("We", ",")
    assert items("last_word", sentence) == [(word, "slept") for word in ("We", "left", ",", "and")]
    assert items("first_word", sentence)[-1] == (".", "We")
    assert items("punctuation", sentence) == [("We", ","), ("left", ","), ("and", ","), ("slept", ".")]


def test_rarest_word() -> None:
    assert items("rare_word", plain("the zebra is here .")) == [("the", "zebra"), ("is", "zebra"), ("here", "zebra")]


def test_association_goes_to_the_most_alike_that_counts_as_tied() -> None:
    values = {
        frozenset(("rain", "umbrella")): 0.6,
        frozenset(("rain", "tax")): 0.1,
        frozenset(("umbrella", "tax")): 0.3,
    }
    similarity = Similarity(lambda a, b: values[frozenset((a, b))], related=0.5)
    sentence = plain("the rain , my tax and an umbrella", resources=Resources(similarity=similarity))
    assert items("association", sentence) == [("umbrella", "rain")]


def test_what_cannot_be_measured_says_why() -> None:
    alone = [Annotated(plain("我 喜欢 茶", "zh"))]
    assert missing(RELATIONS["nsubj"], alone).startswith("There is no parser")
    assert missing(RELATIONS["nsubj"], [Annotated(plain("Dogs bark"))]).startswith("It has no tree")
    assert missing(RELATIONS["nsubj"], [*alone, Annotated(tree(FOX))]) == ""
    assert missing(RELATIONS["across"], alone).startswith("It ties two sentences")
    assert missing(RELATIONS["alignment"], [Annotated(plain("a"), plain("b"))]).startswith("It needs links")
    assert missing(RELATIONS["association"], alone).startswith("It needs static vectors")
    assert missing(RELATIONS["same_lemma"], alone).startswith("It needs parts of speech")
    assert missing(RELATIONS["sentiment"], alone).startswith("There is no lexicon")
    assert missing(RELATIONS["connective_partner"], [Annotated(tree(FOX))]).startswith("There are no word lists")
    assert missing(RELATIONS["previous_word"], alone) == ""


@pytest.mark.parametrize("name", RELATIONS)
def test_every_relation_has_a_name_and_a_meaning(name: str) -> None:
    english = relation_label(name), meaning(name), group_label(RELATIONS[name].group)
    use_language("zh")
    assert all(
        said and said != other
        for said, other in zip((meaning(name), group_label(RELATIONS[name].group)), english[1:], strict=True)
    )
    assert RELATIONS[name].source


def test_the_claims_of_the_note_name_relations_that_exist() -> None:
    from mhattn_core.text.claims import claims

    named = {claim.measure.removeprefix("relation ") for claim in claims() if claim.measure.startswith("relation ")}
    assert named <= set(RELATIONS)


def test_the_note_draws_the_links_on_the_fox_that_its_measures_ask_for() -> None:
    from mhattn_core.text.claims import claims

    asked = [claim for claim in claims() if claim.sentence == "fox" and claim.measure.startswith("relation ")]
    assert len(asked) >= 5
    for claim in asked:
        found = find_items(
            [Annotated(tree(FOX), AnnotatedSentence())], [RELATIONS[claim.measure.removeprefix("relation ")]]
        )
        ends = [{query, key} for query, key in zip(found.query.tolist(), found.key.tolist(), strict=True)]
        assert set(claim.links[0]) in ends, claim.id


def test_every_relation_has_a_negative_control() -> None:
    assert not [name for name, relation in RELATIONS.items() if relation.control is None]
    previous, across = RELATIONS["previous_word"].control, RELATIONS["across"].control
    assert previous is not None
    assert across is not None
    # As far on the other side: the first word is no word's next.
    assert sorted(previous(Annotated(plain("a b c")))) == [(1, 2)]
    # “lamp” of the second sentence belongs to “lamp” of the first; the noun nearest to that is “desk”.
    second = AnnotatedSentence((AnnotatedWord("lamps", "lamp", "NOUN"),), "en")
    a = tree(LAMP)
    assert list(across(Annotated(a, second))) == [(len(a.words), [word.text for word in a.words].index("desk"))]
