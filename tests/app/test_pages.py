"""Every page as a person meets it, without a browser."""

import re
from typing import Any

import pytest
from reading import ROOT, TIMEOUT, open_page, specs, tables, texts
from streamlit.testing.v1 import AppTest

from mhattn_core.models.catalogue import entries
from mhattn_core.text import segmenters
from mhattn_core.text.gallery import gallery


def page(name: str, **parameters: str | list[str]) -> AppTest:
    return open_page(name, **parameters)


def type_pair(app: AppTest, first: str, second: str = "") -> AppTest:
    app.text_area(key="target").set_value(second)
    return app.text_area(key="source").set_value(first).run()


@pytest.mark.parametrize("name", ["home", "attention"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_opens_with_a_chart(name: str, lang: str) -> None:
    app = page(name, lang=lang)
    assert not app.exception
    assert not app.error
    assert specs(app)


@pytest.mark.parametrize("name", ["home", "attention"])
def test_chinese_pages_show_no_english_but_names_and_code(name: str) -> None:
    app = page(name, lang="zh")
    labels = [
        widget.label
        for kind in ("selectbox", "multiselect", "toggle", "text_input", "text_area", "button")
        for widget in app.get(kind)
    ]
    # Names (models, heads, stacks, runs), code, emphasised words of a sentence, and the icon inside a badge.
    allowed = r"`[^`]*`|“[^”]*”|\*[^*]*\*|:\w+-badge\[:\S+|minilm|marian-zh-en|@?random|@?shuffled|encoder|Hub|conllu|\.gz|Moses|OPUS|mhattn|softmax|L\d+ H\d+"
    said = re.sub(allowed, "", texts(app) + "\n".join(labels))
    assert not re.findall(r"[A-Za-z]{2,}", said)


@pytest.mark.parametrize("chapter", range(1, 7))
def test_every_claim_of_every_chapter_is_shown(chapter: int) -> None:
    app = open_page("home", chapter=str(chapter))
    for claim in app.selectbox(key=f"claim-{chapter}").options:
        app.selectbox(key=f"claim-{chapter}").set_value(claim).run()
        assert not app.exception, claim
        assert not app.error, claim


def test_home_tells_what_one_sentence_can_show() -> None:
    app = open_page("home")
    said = texts(app)
    assert re.search(r"In \*\*marian-zh-en\*\* head L\d+ H\d+ gives \*虽然 → 但是\*", said)
    assert "The best head of marian" in said
    assert "an example, not evidence" in said


def test_attention_opens_on_a_head_of_the_gallery_pair_with_its_role_and_what_random_weights_give() -> None:
    app = page("attention")
    said = texts(app)
    assert re.search(
        r"L2 H8\*\*: \*the\* puts 0.84 of its attention on \*mat\* \(minilm@random · L2 H8: 0.1\d\)\.", said
    )
    assert "Role in the run “UD English EWT dev”: **determiner → noun**" in said
    assert "the best head of random weights: 15%" in said
    assert "minilm@random · L2 H8: same head, same architecture" in said
    assert app.selectbox(key="head").value == "auto"


def test_another_pair_opens_on_a_head_with_a_role_that_follows_no_position() -> None:
    app = type_pair(page("attention"), "The lawyer who asked the doctor paid")
    said = texts(app)
    assert "of the heads with a role in the run “UD English EWT dev”, the most concentrated here" in said
    assert "Role in the run" in said
    assert "previous word" not in said


def test_models_are_linked_unless_somebody_takes_the_link_away_or_chooses() -> None:
    app = page("attention")
    app.selectbox(key="head").set_value("L0 H2").run()
    assert "minilm · L0 H2** looks at the previous word" in texts(app)
    assert "minilm@random · L0 H2: same head" in texts(app)
    app.selectbox(key="head2").set_value("L3 H3").run()
    assert "minilm@random · L3 H3" not in texts(app)  # chosen, so nothing is to be explained
    assert [row["at_head"] for row in panels(app)] == [2, 3]
    app.selectbox(key="head2").set_value("auto").run()
    app.toggle(key="link").set_value(False).run()
    assert "same architecture" not in texts(app)


def test_an_old_link_with_a_head_for_each_model_opens_these_heads() -> None:
    app = page("attention", head="L3 H7", head2="L1 H4", same_scale="true")
    assert not app.exception
    assert [(row["at_layer"], row["at_head"]) for row in panels(app)] == [(3, 7), (1, 4)]


@pytest.mark.parametrize("form", ["lines", "matrix", "bars"])
def test_colours_end_at_one_weight_for_a_model_and_its_control_unless_stretched(form: str) -> None:
    app = page("attention", form=form)
    assert len(set(ends(app, form))) == 1
    app.toggle(key="stretch").set_value(True).run()
    first, random = ends(app, form)
    assert first > 4 * random  # 0.84 and about 0.15


def panels(app: AppTest) -> list[dict[str, Any]]:
    """What each model shows in the wide chart."""
    return tables(app, "panel", "at_layer", "at_head", "most")[0].to_dict("records")


def ends(app: AppTest, form: str) -> list[float]:
    """Where each model's scale ends, on wide screens."""
    if form == "lines":
        return [row["most"] for row in panels(app)]
    if form == "bars":
        bars = tables(app, "x", "x2", "weight", "model")[0]
        bars = bars.assign(length=bars["x2"] - bars["x"])
        # Special tokens may have more than the scale ends at.
        longest = bars[bars["length"] < 0.999 * bars["length"].max()].sort_values("length").groupby("model").tail(1)
        own = longest.set_index("model").loc[["minilm", "minilm@random"]]
        return (own["weight"] / own["length"]).round(3).tolist()
    cells = tables(app, "title", "weight", "level")[0]
    # A colour is that of the level: of a model with a scale of its own, its weight as a part of where that ends.
    end = specs(app)[0]["layer"][0]["encoding"]["color"]["scale"]["domain"][1]
    strongest = cells.sort_values("level").groupby("title", sort=False).tail(1).sort_index()
    return (end * strongest["weight"] / strongest["level"]).round(3).tolist()


def test_a_chosen_head_stays_for_the_next_pair() -> None:
    app = page("attention")
    app.selectbox(key="head").set_value("L3 H7").run()
    type_pair(app, "The dog barks")
    assert app.selectbox(key="head").value == "L3 H7"


def test_a_link_to_a_pair_that_is_not_offered_says_so_until_another_is_chosen() -> None:
    app = page("attention", pair="<b>No such pair</b>")
    assert "The link names a pair “<b>No such pair</b>”" in texts(app)
    app.selectbox(key="pair").set_value("fox").run()
    assert "The link names" not in texts(app)


def test_a_pair_of_which_one_sentence_was_replaced_says_where_the_other_comes_from() -> None:
    app = page("attention", pair=gallery()["love-nlp"].title)
    assert "One of the two" not in texts(app)
    app.text_area(key="source").set_value("The dog barks").run()
    assert f"still that of “{gallery()['love-nlp'].title}”" in texts(app)
    app.text_area(key="target").set_value("").run()
    assert "One of the two" not in texts(app)


@pytest.mark.parametrize(
    ("name", "reads"), [("attention", True), ("runs", False), ("methods", False), ("summarisation", False)]
)
def test_a_page_that_does_not_read_the_pair_says_so(name: str, reads: bool) -> None:
    assert ("This page doesn't use the sentence pair" in texts(page(name))) is not reads


def test_tokens_show_special_ones() -> None:
    app = page("attention")
    app.toggle(key="tokens").set_value(True).run()
    assert "[CLS]" in set(tables(app, "side", "text")[0]["text"])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("word " * 300, ""),
        ("😀👩‍👩‍👧 cafe\u0301", "🏽"),
        ("שלום עולם", "مرحبا"),
        ("<script>alert('x')</script> **bold** [link](http://x) $x^2$ :material/home:", "<b>b</b>"),
        ("a", ""),
        ("!", "?"),
        ("\u200b", ""),  # no visible character: an example is shown
    ],
)
def test_odd_sentences_are_read_or_refused_in_words(first: str, second: str) -> None:
    app = type_pair(page("attention"), first, second)
    assert not app.exception
    assert specs(app) or app.info or "does not know" in app.warning[0].value


def test_markup_in_a_sentence_is_shown_not_obeyed() -> None:
    app = type_pair(page("attention"), "<script> **bold**")
    chips = "".join(element.proto.body for element in app.get("html") if "mh-chips" in element.proto.body)
    assert "<script" not in chips
    assert "&lt;" in chips
    assert not [part for part in app.markdown if part.allow_html]


def test_an_overlong_sentence_is_told_in_three_parts() -> None:
    app = type_pair(page("attention"), "word " * 700)
    message = app.error[0].value.replace("\\", "")
    assert "702 tokens" in message
    assert re.search("Loaded: .*minilm", message)
    assert "Shorten it" in message


def test_a_model_that_cannot_be_had_leaves_the_others_standing() -> None:
    app = page("attention")
    app.session_state["models"] = ["minilm", "./nowhere"]
    app.run()
    assert "no model in the folder" in app.error[0].value
    assert specs(app)


def test_chinese_with_minilm_is_said_hatched_and_drawn_only_when_asked() -> None:
    app = type_pair(page("attention", models=["minilm"]), "虽然天气不好，但是我们还是要出门")
    app.session_state["models"] = ["minilm"]
    app.run()
    assert "69%" in app.warning[0].value
    assert "mh-unknown" in "".join(element.proto.body for element in app.get("html"))
    assert not specs(app)
    app.toggle(key="draw-0").set_value(True).run()
    assert specs(app)


def test_a_reader_is_offered_only_for_a_script_that_it_reads() -> None:
    def offered(sentence: str, model: str) -> list[str]:
        app = type_pair(page("attention", models=[model]), sentence)
        app.session_state["models"] = [model]
        return [button.label.split()[1] for button in app.run().button if "reads this language" in button.label]

    assert offered("ሰላም ለዓለም ይሁን", "minilm@random") == []
    assert offered("🐶🐱🐭", "minilm") == []
    assert "marian-zh-en@random," in offered("虽然天气不好，但是我们还是要出门", "minilm@random")


def test_a_typed_pair_survives_the_gallery() -> None:
    app = type_pair(page("attention"), "My own words", "and more")
    assert app.selectbox(key="pair").value == "own-1"
    app.selectbox(key="pair").set_value("fox").run()
    assert app.text_area(key="source").value.startswith("The quick brown fox")
    app.selectbox(key="pair").set_value("own-1").run()
    assert (app.text_area(key="source").value, app.text_area(key="target").value) == ("My own words", "and more")
    # Others have a number of their own.
    app.selectbox(key="pair").set_value("new").run()
    assert app.text_area(key="source").value == ""
    app.text_area(key="source").set_value("Other words").run()
    assert app.selectbox(key="pair").value == "own-2"
    app.selectbox(key="pair").set_value("own-1").run()
    assert app.text_area(key="source").value == "My own words"


def test_the_cut_can_be_edited_and_a_wrong_cut_is_told() -> None:
    app = type_pair(page("attention"), "don't go")
    edit = next(widget for widget in app.text_input if widget.key and widget.key.startswith("cut-source"))
    edit.set_value("do n't go").run()
    assert tables(app, "side", "text")[0]["text"].tolist()[:3] == ["do", "n't", "go"]
    edit = next(widget for widget in app.text_input if widget.key and widget.key.startswith("cut-source"))
    edit.set_value("do not go").run()
    assert "does not follow the sentence" in app.error[0].value


def test_an_empty_sentence_shows_an_example() -> None:
    app = type_pair(page("attention"), "   ")
    assert app.info
    assert specs(app)


def test_a_page_alone_draws_its_own_sidebar() -> None:
    app = AppTest.from_file(str(ROOT / "pages/attention.py"), default_timeout=TIMEOUT).run()
    assert not app.exception
    assert app.multiselect(key="models").value == ["minilm", "minilm@random"]


def test_a_page_that_a_cold_server_runs_without_the_dashboard_finds_it() -> None:
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=TIMEOUT)
    app.switch_page("pages/translation.py").run()
    assert not app.exception
    assert app.multiselect(key="models").value == ["marian-en-zh", "marian-zh-en"]


def test_a_causal_model_is_not_blamed_for_words_that_it_cannot_see() -> None:
    if entries()["smollm2"].path() is None:
        pytest.skip("smollm2 has not been fetched: python -m mhattn_core fetch smollm2")
    app = open_page("home", models=["minilm", "smollm2"], chapter="2")
    assert "The best head of smollm2" in texts(app)  # sits → cat leads back
    app.selectbox(key="claim-2").set_value("2-on-mat").run()
    assert "smollm2 reads from left to right" in texts(app)
    assert "The best head of smollm2" not in texts(app)


def test_where_words_are_not_known_the_page_says_so_and_shows_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmenters, "has_dictionaries", lambda: False)
    app = type_pair(page("attention"), "a แมวนั่ง b c d e f g h i j k l m n")
    assert "Where words of Thai end is not known here. What stands between two spaces counts as one word" in texts(app)
    assert "[CLS]" in set(tables(app, "side", "text")[0]["text"])


def test_what_a_run_of_english_found_is_not_said_of_chinese() -> None:
    if entries()["smollm2"].path() is None:
        pytest.skip("smollm2 has not been fetched: python -m mhattn_core fetch smollm2")
    app = open_page("attention", models=["smollm2"])
    assert "the run “UD English EWT dev”" in texts(app)
    type_pair(app, "虽然天气不好，我们还是去了公园")
    assert not app.error
    assert "smollm2 · L" in texts(app)
    assert "UD English EWT dev" not in texts(app)
