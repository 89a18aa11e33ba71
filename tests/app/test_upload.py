"""The panel that takes in a person's own pairs."""

import io

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import samples
from mhattn_core.ui.visit import _visits

TIMEOUT = 120
FEWER = {"trees.conllu": 2, "pairs.zip": 3}


def panel() -> None:
    import streamlit as st

    from mhattn_core.ui.language import set_language
    from mhattn_core.ui.upload import upload_panel

    set_language()
    if st.session_state.get("elsewhere"):
        st.markdown("another page")
    else:
        upload = upload_panel("mine")
        st.markdown(f"read: {len(upload.pairs) if upload else None}")


def panel_beside_the_pair() -> None:
    from mhattn_core.ui.pair_choice import choose_pair
    from mhattn_core.ui.upload import upload_panel

    choose_pair("Attention")
    upload_panel("mine")


def opened(**parameters: str) -> AppTest:
    app = AppTest.from_function(panel, default_timeout=TIMEOUT)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def bring(app: AppTest, name: str, content: bytes) -> AppTest:
    app.file_uploader[0].set_value((name, content, "application/octet-stream"))
    return app.run()


def said(app: AppTest) -> str:
    assert not app.exception, app.exception
    return "\n".join(str(part.value) for part in [*app.markdown, *app.caption, *app.warning, *app.error])


def test_nothing_yet() -> None:
    assert "read: None" in said(opened())


@pytest.mark.parametrize("name", sorted(samples()))
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_sample_is_taken_in(name: str, lang: str) -> None:
    app = bring(opened(lang=lang), name, samples()[name])
    assert f"read: {FEWER.get(name, 4)}" in said(app)
    assert not app.error
    assert not app.warning


def test_the_words_found_are_shown_from_the_pair_that_is_asked_for() -> None:
    app = bring(opened(), "pairs.csv", samples()["pairs.csv"])
    assert app.dataframe[0].value["Words of the second sentence"][0] == "小猫 · 坐 · 在 · 窗台 · 上 · 。"
    app.number_input[0].set_value(3).run()
    assert app.dataframe[0].value["line"].tolist() == [4, 5]


def test_what_was_detected_is_said() -> None:
    text = said(bring(opened(), "x.csv", "原文;译文\n你好;hello\n再见;bye\n".encode("gb18030")))
    assert "GB18030" in text
    assert "semicolon" in text


def test_pasted_cells() -> None:
    app = opened()
    app.text_area[0].set_value('Good night\t晚安\n"two\nlines"\t两行').run()
    assert "read: 2" in said(app)
    app.text_area[0].set_value("").run()
    assert "read: None" in said(app)


def test_pairs_stay_while_another_page_is_open_and_go_when_removed() -> None:
    app = bring(opened(), "pairs.csv", samples()["pairs.csv"])
    app.session_state["elsewhere"] = True
    assert "read" not in said(app.run())
    app.session_state["elsewhere"] = False
    assert "read: 4" in said(app.run())
    app.button(key="mine-remove").click().run()
    assert "read: None" in said(app)


def test_columns_are_chosen_where_names_do_not_tell() -> None:
    app = bring(opened(), "x.csv", b"id,morning,evening\nk,Hello,Bonjour\n")
    assert "read: None" in said(app)
    assert app.warning
    box = next(box for box in app.selectbox if box.label == "First sentence")
    assert box.options == ["(none)", "id", "morning", "evening"]
    box.set_value("evening").run()
    assert "read: 1" in said(app)
    assert app.dataframe[0].value["Words of the first sentence"][0] == "Bonjour"


def test_the_first_row_can_be_told_to_hold_names() -> None:
    app = bring(opened(), "x.csv", b"morning,evening\nHello,Bonjour\n")
    assert "read: 2" in said(app)
    app.toggle[0].set_value(True).run()
    assert "read: 1" in said(app)
    for label, column in (("First sentence", "evening"), ("Second sentence", "morning")):
        next(box for box in app.selectbox if box.label == label).set_value(column).run()
    assert app.dataframe[0].value["Words of the first sentence"][0] == "Bonjour"
    app.toggle[0].set_value(False).run()
    assert "read: 2" in said(app)


def remarks(app: AppTest) -> str:
    assert not app.exception, app.exception
    return "\n".join(str(part.value) for part in app.info)


def test_known_names_are_taken_without_a_word() -> None:
    app = bring(opened(), "x.csv", "en,zh\nHi there.,嗨。\nRun now!,跑！\n".encode())
    assert "read: 2" in said(app)
    assert not app.info


def test_a_first_row_unlike_the_others_is_asked_about() -> None:
    app = bring(opened(), "x.csv", "foo,<b>\nHi there.,嗨。\nRun now!,跑！\n".encode())
    assert "read: 3" in said(app)
    assert "“\\<b\\>”" in remarks(app)
    app.button(key="mine-first-row-True").click().run()
    assert "read: 2" in said(app)
    assert not app.info
    app = bring(opened(), "x.csv", "foo,bar\nHi there.,嗨。\nRun now!,跑！\n".encode())
    app.button(key="mine-first-row-False").click().run()
    assert "read: 3" in said(app)
    assert not app.info


def test_a_sheet_is_chosen_and_the_others_are_named() -> None:
    book = openpyxl.Workbook()
    book.active.append(["About this file"])
    for name, text in (("Data", "Hi there."), ("Old", "Gone.")):
        sheet = book.create_sheet(name)
        sheet.append(["source", "target"])
        sheet.append([text, "x"])
    file = io.BytesIO()
    book.save(file)
    app = bring(opened(), "x.xlsx", file.getvalue())
    assert app.dataframe[0].value["Words of the first sentence"][0] == "Hi · there · ."
    assert "“Old”" in remarks(app)
    box = next(box for box in app.selectbox if box.label == "Sheet")
    assert (box.options, box.value) == (["Sheet", "Data", "Old"], "Data")
    box.set_value("Old").run()
    assert app.dataframe[0].value["Words of the first sentence"][0] == "Gone · ."
    assert not app.info


def test_links_can_be_told_to_count_from_1() -> None:
    app = bring(opened(), "x.csv", b"source,target,alignment\na b,c d,1-1 2-2\ne f,g h,1-1\n")
    assert "number 0" in remarks(app)
    assert "read: 1" in said(app)
    next(toggle for toggle in app.toggle if toggle.label == "Links count words from 1").set_value(True).run()
    assert "read: 2" in said(app)
    assert not app.info


def test_a_row_with_a_control_character_is_listed() -> None:
    app = bring(opened(), "x.csv", b"source,target\nThe c\x00at,a\nA dog,b\n")
    assert "read: 1" in said(app)
    assert app.dataframe[0].value["line"].tolist() == [2]
    assert "U+0000" in app.dataframe[0].value["reason"][0]


def test_rows_left_out_are_listed_by_line() -> None:
    app = bring(opened(), "x.csv", b"source,target\na,b\n,c\nd,e,f\n")
    assert app.dataframe[0].value["line"].tolist() == [3, 4]
    assert "read: 1" in said(app)


@pytest.mark.parametrize(("content", "what"), [(b"", "empty"), (b"\xff\xd8\xff\xe0 JFIF", "JPEG")])
def test_what_cannot_be_read_is_told_and_can_be_replaced(content: bytes, what: str) -> None:
    app = bring(opened(), "photo.csv", content)
    assert what in app.error[0].value
    assert "read: None" in said(app)
    assert "read: 4" in said(bring(app, "pairs.tsv", samples()["pairs.tsv"]))


def test_a_shorter_file_after_a_longer_one() -> None:
    app = bring(opened(), "pairs.csv", samples()["pairs.csv"])
    app.number_input[0].set_value(4).run()
    assert "read: 1" in said(bring(app, "one.txt", b"Only one.\n"))


def test_markup_in_names_and_cells_is_shown_as_it_is() -> None:
    app = bring(opened(), "**x** $a$ <b>.csv", b"source,target\n<script>,*b*\n")
    assert "\\*\\*x\\*\\*" in said(app)


def test_a_shared_copy_is_stricter_and_says_what_becomes_of_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHATTN_HOSTED", "1")
    app = opened()
    assert "24 hours" in said(app)
    app = bring(app, "long.txt", b"One.\n" * 501)
    assert "500 rows" in app.error[0].value


def test_a_pair_becomes_that_of_the_sidebar_with_its_cut() -> None:
    app = bring(opened(), "pairs.csv", samples()["pairs.csv"])
    app.button(key="mine-show").click().run()
    _key, visit = _visits().open(app.session_state["visit"])
    assert visit.pairs == {1: SentencePair("The kitten sits on the windowsill.", "小猫坐在窗台上。")}
    assert visit.cuts["小猫坐在窗台上。"] == ("小猫", "坐", "在", "窗台", "上", "。")


def test_one_pair_after_another_becomes_that_of_the_sidebar() -> None:
    app = bring(
        AppTest.from_function(panel_beside_the_pair, default_timeout=TIMEOUT).run(), "pairs.csv", samples()["pairs.csv"]
    )
    for number, first in ((1, "The kitten sits on the windowsill."), (3, "Turn off the lamp before you leave.")):
        app.number_input[0].set_value(number).run()
        app.button(key="mine-show").click().run()
        assert app.text_area(key="source").value == first


def test_two_files_one_per_language_are_one_upload() -> None:
    app = opened()
    for number, (name, content) in enumerate({"a.src": b"ja\nnein\n", "b.tgt": b"yes\nno\n"}.items(), start=1):
        app.file_uploader[number].set_value((name, content, "application/octet-stream"))
        app.run()
        assert f"read: {None if number == 1 else 2}" in said(app)
    assert "a.src + b.tgt.zip" in app.selectbox(key="mine-chosen").value
    assert not app.error
