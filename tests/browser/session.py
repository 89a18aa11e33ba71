"""A visitor without a browser: what a page's script sends through the server, so that twenty need no more cores than
one.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

# What one message may hold: charts with their data come as one.
LARGEST = 64 * 2**20


@dataclass
class View:
    """What one run of a page's script sent. first_chart, whole: seconds after it was asked for; charts: a digest of
    each, in the order of their names.
    """

    first_chart: float = float("inf")
    whole: float = float("inf")
    charts: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    content: bytearray = field(default_factory=bytearray)
    widgets: dict[str, Any] = field(default_factory=dict)

    def holds(self, text: str) -> bool:
        return text.encode() in self.content


class Session:
    """A session of the dashboard at ``address``, such as ``http://127.0.0.1:8501``."""

    def __init__(self, address: str) -> None:
        self._address = address.replace("http", "ws", 1)
        self._socket: ClientConnection

    async def __aenter__(self) -> Self:
        self._socket = await connect(
            f"{self._address}/_stcore/stream", subprotocols=["streamlit"], max_size=LARGEST, open_timeout=600
        )
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._socket.close()

    async def open(self, page: str = "", /, **parameters: str | list[str]) -> View:
        """What the page with these parameters in its address draws. page: its name in the address."""
        message = BackMsg()
        message.rerun_script.query_string = urlencode(parameters, doseq=True)
        message.rerun_script.page_name = page
        return await self._run(message)

    async def set(self, view: View, label: str, text: str, **parameters: str) -> View:
        """What is drawn after ``text`` was typed into, or chosen in, the box with this label."""
        message = BackMsg()
        message.rerun_script.query_string = urlencode(parameters)
        box = message.rerun_script.widget_states.widgets.add()
        box.id, box.string_value = view.widgets[label].id, text
        return await self._run(message)

    async def _run(self, message: BackMsg) -> View:
        start, view = time.monotonic(), View()
        drawn: dict[str, str] = {}
        await self._socket.send(message.SerializeToString())
        async for content in self._socket:
            received = ForwardMsg.FromString(bytes(content))
            kind = received.WhichOneof("type")
            if kind == "script_finished" and received.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                break
            # What begins a run names the script's folder; Streamlit's browser side has it so.
            view.content += bytes(content) if kind != "new_session" else b""
            for element in _elements(received):
                name = element.WhichOneof("type")
                if name == "vega_lite_chart":
                    view.first_chart = min(view.first_chart, time.monotonic() - start)
                    drawn[str(received.metadata.delta_path)] = _digest(element.vega_lite_chart)
                elif name == "alert":
                    view.errors += [element.alert.body] * (element.alert.format == element.alert.ERROR)
                elif name == "exception":
                    view.errors.append(element.exception.message)
                elif name in ("text_area", "text_input", "selectbox"):
                    view.widgets[getattr(element, name).label] = getattr(element, name)
        view.whole = time.monotonic() - start
        view.charts = [drawn[path] for path in sorted(drawn)]
        return view


def _elements(received: ForwardMsg) -> Iterator[Any]:
    if received.WhichOneof("type") == "delta" and received.delta.WhichOneof("type") == "new_element":
        yield received.delta.new_element


def _digest(chart: Any) -> str:
    """Of what is drawn: specification and tables, without the name of the element."""
    tables = b"".join(one.data.data for one in chart.datasets) + chart.data.data
    return sha256(chart.spec.encode() + tables).hexdigest()[:16]
