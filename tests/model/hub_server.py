"""A small stand-in for the Hub on 127.0.0.1: as much of its protocol as downloading takes."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GATED = {"status": 403, "X-Error-Code": "GatedRepo", "X-Error-Message": "Access to this model is restricted"}
MISSING = {"status": 401, "X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"}


class Hub:
    """repositories: folders by repository id; gated: ids whose files are refused; asked: the paths asked for so far."""

    def __init__(self, repositories: dict[str, Path], gated: set[str]) -> None:
        self.repositories = repositories
        self.gated = gated
        self.asked: list[str] = []
        self.address = ""


@contextmanager
def hub(repositories: dict[str, Path], gated: set[str] = frozenset()) -> Iterator[Hub]:  # type: ignore[assignment]
    """Serve folders as repositories while the block lasts."""
    served = Hub(repositories, set(gated))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            served.asked.append(f"{self.command} {path}")
            if path.startswith("/api/models/"):
                self._info(path.removeprefix("/api/models/").split("/revision/"))
            else:
                repository, _, rest = path.removeprefix("/").partition("/resolve/")
                self._file(repository, rest.partition("/")[2])

        do_HEAD = do_GET

        def _info(self, asked: list[str]) -> None:
            folder = served.repositories.get(asked[0])
            if folder is None:
                self._refuse(MISSING)
            elif asked[1:] not in ([], ["main"], [COMMIT]):
                self._refuse({"status": 404, "X-Error-Code": "RevisionNotFound", "X-Error-Message": "Invalid rev id"})
            else:
                files = [{"rfilename": path.name, "size": path.stat().st_size, "blobId": "0"} for path in sorted(folder.iterdir())]
                body = {"id": asked[0], "sha": COMMIT, "siblings": files, "gated": asked[0] in served.gated, "private": False, "tags": []}
                self._send(json.dumps(body).encode(), {"Content-Type": "application/json"})

        def _file(self, repository: str, name: str) -> None:
            folder = served.repositories.get(repository)
            if folder is None:
                self._refuse(MISSING)
            elif repository in served.gated and self.headers.get("Authorization") != "Bearer good":
                self._refuse(GATED)
            else:
                body = (folder / name).read_bytes()
                self._send(body, {"X-Repo-Commit": COMMIT, "ETag": f'"{hashlib.sha256(body).hexdigest()}"'})

        def _send(self, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(200)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def _refuse(self, answer: dict[str, object]) -> None:
            self.send_response(int(str(answer["status"])))
            for name in ("X-Error-Code", "X-Error-Message"):
                self.send_header(name, str(answer[name]))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
