"""Everything that a page sends to the browser while it runs, also what it takes back before its end, such as bars."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from google.protobuf.message import Message
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

PLAIN = {
    "vega_lite_chart",  # its texts are Vega's and the screen reader's
    "dataframe",
    "arrow_data_frame",
    "code",
    "html",
    "imgs",
}
"""Elements that read no Markdown."""
PLAIN_FIELDS = {
    ("selectbox", "options"),
    ("selectbox", "raw_value"),
    ("multiselect", "options"),
    ("multiselect", "raw_values"),
    ("text_input", "default"),
    ("text_input", "value"),
    ("text_area", "default"),
    ("text_area", "value"),
}
"""Fields without Markdown, of elements whose other fields have it."""
UNSEEN = {"id", "element_id", "user_key", "form_id", "url", "query_params", "query_param_key", "file_name", "group_id"}


@contextmanager
def sent() -> Iterator[list[ForwardMsg]]:
    """The messages of every page that runs in the block."""
    messages: list[ForwardMsg] = []
    ForwardMsgQueue.on_before_enqueue_msg(messages.append)
    try:
        yield messages
    finally:
        ForwardMsgQueue.on_before_enqueue_msg(None)


def shown(messages: list[ForwardMsg]) -> Iterator[tuple[str, bool, str]]:
    """Kind of element, whether it reads Markdown, and text, for every text that a person can see or hear."""
    for message in messages:
        if message.WhichOneof("type") != "delta":
            continue
        part = getattr(message.delta, message.delta.WhichOneof("type"))
        for element in part.elements if message.delta.HasField("new_transient") else [part]:
            kind = element.WhichOneof("type")
            for path, text in _texts(getattr(element, kind)) if kind else ():
                if path[-1] not in UNSEEN:
                    yield kind, kind not in PLAIN and (kind, path[0]) not in PLAIN_FIELDS, text


def _texts(message: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if isinstance(one, Message):
                yield from _texts(one, (*path, field.name))
            elif isinstance(one, str):
                yield (*path, field.name), one
