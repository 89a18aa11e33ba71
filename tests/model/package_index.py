"""A stand-in for a package index on 127.0.0.1, with one wheel that holds one file."""

import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PACKAGE = "tiny_llama"
WHEEL = f"{PACKAGE}-1.0-py3-none-any.whl"


def wheel_around(file: Path) -> bytes:
    """A wheel in which ``file`` lies as PACKAGE/its name, and which asks for a package that is nowhere."""
    metadata = f"{PACKAGE}-1.0.dist-info"
    path = file.with_name(WHEEL)
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(file, f"{PACKAGE}/{file.name}")
        archive.writestr(
            f"{metadata}/METADATA",
            f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\nRequires-Dist: no-such-package-anywhere\n",
        )
        archive.writestr(
            f"{metadata}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{metadata}/RECORD", "")
    return path.read_bytes()


@contextmanager
def package_index(wheel: bytes) -> Iterator[str]:
    """Serve the wheel while the block lasts; the address is what PIP_INDEX_URL takes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.endswith(".whl"):
                self._answer(wheel, "application/octet-stream")
            elif "llama" in self.path:
                self._answer(
                    f'<!DOCTYPE html><html><body><a href="/{WHEEL}">{WHEEL}</a></body></html>'.encode(), "text/html"
                )
            else:
                self.send_error(404)

        def _answer(self, content: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()
        server.server_close()
