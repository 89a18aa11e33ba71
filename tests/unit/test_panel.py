"""A panel of a page: in whose language it speaks, what it says when it fails, and what the browser is told when it
begins anew right after the whole page.
"""

from collections.abc import Callable, Iterator

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest

from mhattn_core.ui.resources import models


def between_two_sentences() -> None:
    import streamlit as st

    from mhattn_core.ui.language import set_language
    from mhattn_core.ui.panel import panel

    set_language()
    st.markdown("before")
    panel(lambda word: st.markdown(word))("inside")
    st.markdown("after")


def that_fails() -> None:
    import streamlit as st

    from mhattn_core.errors import Problem
    from mhattn_core.locale import _, use_language
    from mhattn_core.ui.language import set_language
    from mhattn_core.ui.panel import panel

    @panel
    def fails() -> None:
        raise Problem(_("This run did not measure {what}.").format(what="ablation"), "")

    set_language()
    use_language("en")  # another reader's, in this thread, before the panel begins anew
    fails()
    st.markdown("after")


def bare() -> None:
    import streamlit as st

    st.markdown("before")
    st.fragment(lambda word: st.markdown(word))("inside")
    st.markdown("after")


@pytest.fixture
def sent() -> Iterator[list[ForwardMsg]]:
    """Every message of a page, as it is sent."""
    messages: list[ForwardMsg] = []
    ForwardMsgQueue.on_before_enqueue_msg(messages.append)
    yield messages
    ForwardMsgQueue.on_before_enqueue_msg(None)


@pytest.mark.parametrize(("page", "told"), [(between_two_sentences, {0, 1, 2}), (bare, {0, 2})])
def test_what_follows_a_fragment_keeps_its_place(
    page: Callable[[], None], told: set[int], sent: list[ForwardMsg]
) -> None:
    """A fragment that begins takes its own messages out of what is not sent yet; a place of which nothing is left is
    closed by the browser.

    ``bare`` is why the container is there: once Streamlit keeps its place, the container can go.
    """
    assert not AppTest.from_function(page).run().exception
    deltas = [message for message in sent if message.WhichOneof("type") == "delta"]
    (begun,) = {message.delta.fragment_id for message in deltas} - {""}
    waiting = ForwardMsgQueue()
    ForwardMsgQueue.on_before_enqueue_msg(None)
    for message in deltas:
        waiting.enqueue(message)
    waiting.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[begun])
    assert {
        message.metadata.delta_path[1] for message in waiting.flush() if message.metadata.delta_path[0] == 0
    } == told


def test_a_panel_that_fails_says_so_in_the_readers_language_and_the_page_goes_on() -> None:
    models.clear()  # the message names what is in memory
    for lang, said in (("en", "This run did not measure ablation."), ("zh", "这次运行没有测量 ablation。")):
        app = AppTest.from_function(that_fails)
        app.query_params["lang"] = lang
        app.run()
        assert not app.exception
        assert [error.value.replace("\\", "") for error in app.error] == [said]
        assert [text.value for text in app.markdown] == ["after"]
