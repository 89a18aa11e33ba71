"""What holds for every relation on every sentence."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mhattn_core.text.annotation import Annotated, AnnotatedSentence, AnnotatedWord
from mhattn_core.text.pharaoh import Alignment
from mhattn_core.text.relations import RELATIONS, find_items
from mhattn_core.text.relations.controls import same_distance
from mhattn_core.text.relations.syntax import dependency, far

FORMS = ["cat", "dogs", "although", "not", "red", "Red", "on", ",", "he", "虽然", "但是", "天气", "😀"]
TAGS = ["NOUN", "VERB", "ADJ", "PRON", "ADP", "PUNCT", ""]
LABELS = ["nsubj", "obj", "obl", "case", "nmod:poss", "advcl", "mark", "root"]


@st.composite
def sentences(draw: st.DrawFn, least: int = 0) -> AnnotatedSentence:
    number = draw(st.integers(least, 9))
    words = tuple(
        AnnotatedWord(
            form,
            form.lower(),
            draw(st.sampled_from(TAGS)),
            draw(st.integers(-1, number - 1)),
            draw(st.sampled_from(LABELS)),
        )
        for form in draw(st.lists(st.sampled_from(FORMS), min_size=number, max_size=number))
    )
    return AnnotatedSentence(words, draw(st.sampled_from(["en", "zh", ""])), tree=True)


@st.composite
def pairs(draw: st.DrawFn) -> Annotated:
    a, b = draw(sentences(1)), draw(sentences())
    possible = [(i, j) for i in range(len(a.words)) for j in range(len(b.words))]
    sure = frozenset(draw(st.lists(st.sampled_from(possible), max_size=4))) if possible else frozenset()
    return Annotated(a, b, Alignment(sure, sure))


@settings(max_examples=60)
@given(st.lists(pairs(), max_size=3))
def test_items_join_two_words_of_their_pair_once(several: list[Annotated]) -> None:
    for control in (False, True):
        found = find_items(several, control=control)
        words = [len(pair.a.words) + len(pair.b.words) for pair in several]
        rows = list(
            zip(found.pair.tolist(), found.relation.tolist(), found.query.tolist(), found.key.tolist(), strict=True)
        )
        assert len(set(rows)) == len(rows)
        assert all(
            0 <= query < words[pair] and 0 <= key < words[pair] and query != key for pair, _relation, query, key in rows
        )


@settings(max_examples=60)
@given(pairs())
def test_a_control_is_never_an_item(pair: Annotated) -> None:
    for relation in RELATIONS.values():
        if relation.control:
            assert not set(relation.find(pair)) & set(relation.control(pair)), relation.name


@given(sentences())
def test_far_items_are_items(sentence: AnnotatedSentence) -> None:
    find = dependency("nsubj")
    assert set(far(find)(sentence)) <= set(find(sentence))
    assert all(abs(query - key) >= 5 for query, key in far(find)(sentence))


@given(sentences())
def test_the_control_lies_at_the_same_distance(sentence: AnnotatedSentence) -> None:
    distances = {query: abs(query - key) for query, key in dependency("obj")(sentence)}
    assert all(abs(query - key) == distances[query] for query, key in same_distance(dependency("obj"))(sentence))


@settings(max_examples=60)
@given(pairs())
def test_relations_inside_a_sentence_do_not_see_the_other(pair: Annotated) -> None:
    inside = [relation for relation in RELATIONS.values() if "both sentences" not in relation.needs]
    together = find_items([pair], inside)
    start = len(pair.a.words)
    in_b = together.query >= start
    alone = find_items([Annotated(pair.b)], inside)
    assert (together.query[in_b] - start).tolist() == alone.query.tolist()
    assert (together.key[in_b] - start).tolist() == alone.key.tolist()
    assert together.relation[in_b].tolist() == alone.relation.tolist()
