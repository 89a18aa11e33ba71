"""The gallery and the claims hold together."""

from pathlib import Path
from string import Formatter

import pytest

from mhattn_core.findings.contributions.heads import OVER_TEXTS
from mhattn_core.findings.probes.sentences import asked_names
from mhattn_core.heads import Head
from mhattn_core.locale import use_language
from mhattn_core.measures.roles.links import DIRECTIONS
from mhattn_core.runs.store import shipped
from mhattn_core.text.annotation import annotate
from mhattn_core.text.claims import Claim, chapters, claims, matrices
from mhattn_core.text.gallery import gallery
from mhattn_core.text.pages import page_title
from mhattn_core.text.prose import prose, texts
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations import RELATIONS, find_items

PAGES = Path(__file__).parents[2] / "pages"


def test_gallery_pairs_can_be_cut() -> None:
    for pair in gallery().values():
        assert pair.pair.a.words, pair.id
        for head in pair.heads.values():
            Head.parse(head, "encoder")


def test_titles_tell_the_pairs_apart_in_an_address() -> None:
    titles = [pair.title for pair in gallery().values()]
    assert len(set(titles)) == len(titles)


def _fields(text: str) -> set[str]:
    return {name for _before, name, _format, _conversion in Formatter().parse(text) if name}


def test_what_pages_say_at_length_is_in_both_languages_and_on_a_page() -> None:
    rooms = ("findings", "ui")
    written = [
        *PAGES.glob("*.py"),
        *(file for room in rooms for file in PAGES.parent.glob(f"mhattn_core/{room}/**/*.py")),
    ]
    pages = "".join(path.read_text(encoding="utf-8") for path in written)
    assert texts()
    for name, text in texts().items():
        assert set(text) == {"en", "zh"}
        assert _fields(text["en"]) == _fields(text["zh"])
        assert f'prose("{name}")' in pages
    use_language("zh")
    assert "查询" in prose("words")


def test_every_chapter_of_the_note_has_claims() -> None:
    assert [chapter.number for chapter in chapters()] == [1, 2, 3, 4, 5, 6]
    assert all(chapter.claims for chapter in chapters())
    assert len({claim.id for claim in claims()}) == len(claims())


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim.id)
def test_a_claim_names_what_exists(claim: Claim) -> None:
    assert set(claim.quotes) == {"en", "zh"}
    assert claim.measure
    assert page_title(claim.page)
    if claim.remarks:
        assert set(claim.remarks) == {"en", "zh"}
    if claim.matrix:
        assert claim.matrix in matrices()
    if claim.links:
        pair = gallery()[claim.sentence].pair
        queries = pair.b.words if claim.stack == "cross" else pair.a.words
        assert all(query < len(queries) and key < len(pair.a.words) for query, key in claim.links)
    assert len(claim.weights) in {0, len(claim.links)}
    # A name in an address that its page does not know would be passed over in silence.
    assert set(claim.settings) <= {"tab", "view", "probe", "over", "family", "relation", "direction", "evidence"}
    assert claim.settings.get("evidence", "templates-zh") in {run.key for run in shipped()}
    assert claim.settings.get("probe", "key-pos") in asked_names()
    assert claim.settings.get("over", "share") in OVER_TEXTS


@pytest.mark.parametrize(
    "claim", [claim for claim in claims() if "relation" in claim.settings], ids=lambda claim: claim.id
)
def test_a_relation_decides_what_its_claim_says(claim: Claim) -> None:
    relation = RELATIONS[claim.settings["relation"]]
    assert claim.measure == f"relation {relation.name}"
    assert claim.settings["family"] == relation.group
    assert claim.settings["direction"] in DIRECTIONS
    if not claim.sentence:
        return
    record = PairRecord(claim.id, gallery()[claim.sentence].pair, 1)
    items = find_items(annotate([record]), [relation])
    found = list(zip(items.query.tolist(), items.key.tolist(), strict=True))
    turned = claim.settings["direction"] == "head_to_dependent"
    asked = {(key, query) if turned else (query, key) for query, key in found}
    # Where a person must bring vectors or a lexicon, nothing is found here.
    assert not asked or asked & set(claim.links)


def test_every_claim_about_a_relation_opens_it() -> None:
    assert all("relation" in claim.settings for claim in claims() if claim.measure.startswith("relation "))


@pytest.mark.parametrize(
    ("id_", "links"),
    [
        ("2-sits-cat", [("sits", "cat")]),
        ("2-the-noun", [("the", "mat"), ("The", "cat")]),
        ("1-grammar", [("虽然", "但是")]),
        ("1-semantic", [("天气", "出门")]),
        ("4-modifiers", [("quick", "fox"), ("brown", "fox"), ("lazy", "dog")]),
        ("5-sparse", [("are", "keys")]),
    ],
)
def test_links_join_the_words_that_the_note_names(id_: str, links: list[tuple[str, str]]) -> None:
    claim = next(claim for claim in claims() if claim.id == id_)
    words = gallery()[claim.sentence].pair.a.words
    assert [(words[query].text, words[key].text) for query, key in claim.links] == links


def test_the_notes_matrices_fit_their_words() -> None:
    for note in matrices().values():
        assert note.weights.shape == (len(note.queries), len(note.keys))
    # The note's own contradiction, which its remark tells: "the" gives itself 0.4 and "mat" 0.2.
    assert matrices()["cat-mat"].weights[4].tolist() == pytest.approx([0.1, 0.05, 0.05, 0.2, 0.4, 0.2])
