"""Choices that stand in the address: what a link opens, what a person chooses, and what the page chooses itself."""

from streamlit.testing.v1 import AppTest


def by_name() -> None:
    import streamlit as st

    from mhattn_core.ui.choices import choose, put

    st.button("click", on_click=put, args=("way", "b"))
    if st.checkbox("drawn", value=True):
        names = st.session_state.get("offered", ["a", "b", "c"])
        labels = {name: f"{name} in {st.session_state.get('language', 'English')}" for name in names}
        default = st.session_state.get("default")
        st.text(choose("Way", labels, key="way", default=default, persist=st.session_state.get("persist", False)))


def left_to_the_page() -> None:
    import streamlit as st

    from mhattn_core.ui.choices import choose_or_leave

    names = st.session_state.get("offered", ["L0 H0", "L1 H2"])
    st.text(str(choose_or_leave("Head", names, f"The best: {names[-1]}", key="head")))


def of_a_sentence() -> None:
    import streamlit as st

    from mhattn_core.ui.choices import choose, forget_when_changed

    words = st.session_state.get("words", ["the", "cat"])
    forget_when_changed(words, "word")
    st.text(choose("Word", {str(place): word for place, word in enumerate(words)}, key="word", persist=True))


def said(app: AppTest) -> str:
    assert not app.exception
    return str(app.text[0].value)


def test_a_link_opens_what_it_names_in_any_language() -> None:
    app = AppTest.from_function(by_name, default_timeout=60)
    app.query_params["way"], app.session_state["language"] = "c", "Chinese"
    assert said(app.run()) == "c"
    assert app.selectbox[0].options == ["a in Chinese", "b in Chinese", "c in Chinese"]
    app.session_state["language"] = "English"
    assert said(app.run()) == "c"


def test_what_is_not_offered_gives_way() -> None:
    app = AppTest.from_function(by_name, default_timeout=60)
    app.query_params["way"] = "<b>"
    assert said(app.run()) == "a"
    app.selectbox[0].set_value("b").run()
    app.session_state["offered"] = ["a", "c"]
    assert said(app.run()) == "a"


def test_the_address_holds_the_name_of_what_was_chosen_or_clicked() -> None:
    app = AppTest.from_function(by_name, default_timeout=60).run()
    assert "way" not in app.query_params
    assert said(app.selectbox[0].set_value("c").run()) == "c"
    assert app.query_params["way"] == "c"
    assert said(app.button[0].click().run()) == "b"
    assert app.query_params["way"] == "b"


def test_only_what_nobody_chose_follows_the_page() -> None:
    app = AppTest.from_function(by_name, default_timeout=60).run()
    app.session_state["default"] = "b"
    assert said(app.run()) == "b"
    app.selectbox[0].set_value("c").run()
    app.session_state["default"] = "a"
    assert said(app.run()) == "c"


def test_a_choice_lasts_through_another_page_where_it_should() -> None:
    for persist, after in ((True, "c"), (False, "a")):
        app = AppTest.from_function(by_name, default_timeout=60)
        app.session_state["persist"] = persist
        app.run().selectbox[0].set_value("c").run()
        app.checkbox[0].uncheck().run()
        del app.query_params["way"]  # as Streamlit empties the address for another page
        assert said(app.checkbox[0].check().run()) == after
        app.query_params["way"] = "b"  # a link of that page
        assert said(app.run()) == "b"


def test_the_pages_own_choice_until_there_is_another() -> None:
    app = AppTest.from_function(left_to_the_page, default_timeout=60).run()
    assert said(app) == "None"
    assert app.selectbox[0].options == ["The best: L1 H2", "L0 H0", "L1 H2"]
    assert said(app.selectbox[0].set_value("L1 H2").run()) == "L1 H2"
    app.session_state["offered"] = ["L0 H0"]  # another model, without that head
    assert said(app.run()) == "None"
    assert app.selectbox[0].options == ["The best: L0 H0", "L0 H0"]


def test_a_word_of_one_sentence_is_forgotten_in_another() -> None:
    app = AppTest.from_function(of_a_sentence, default_timeout=60).run()
    assert said(app.selectbox[0].set_value("1").run()) == "1"
    app.session_state["words"] = ["a", "dog"]
    assert said(app.run()) == "0"
    assert "word" not in app.query_params


def test_a_link_to_what_is_not_here_says_so_until_another_choice() -> None:
    app = AppTest.from_function(left_to_the_page, default_timeout=60)
    app.query_params["head"] = "L9 H*1*"
    assert said(app.run()) == "None"
    assert r"“L9 H\*1\*”" in app.warning[0].value
    assert "L1 H2" in app.warning[0].value
    assert app.run().warning
    app.selectbox[0].set_value("L0 H0").run()
    assert not app.warning

    app = AppTest.from_function(by_name, default_timeout=60)
    app.query_params["way"] = "x"
    assert said(app.run()) == "a"
    assert "“x”" in app.warning[0].value
    assert "“a in English”" in app.warning[0].value
    app.selectbox[0].set_value("b").run()
    assert not app.warning


def test_what_was_not_here_is_forgotten_when_something_else_is_offered() -> None:
    app = AppTest.from_function(left_to_the_page, default_timeout=60)
    app.query_params["head"] = "L9 H9"
    assert app.run().warning
    app.session_state["offered"] = ["L0 H0", "L2 H2"]
    app.query_params.clear()
    assert not app.run().warning
