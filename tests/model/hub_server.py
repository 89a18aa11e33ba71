"""A small stand-in for the Hub on 127.0.0.1: as much of its protocol as downloading, and writing a dataset, takes."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CONVERTED = "fedcba9876543210fedcba9876543210fedcba98"
CONVERSION = "refs/convert/parquet"
OFFERED = "89abcdef0123456789abcdef0123456789abcdef"
GATED = {"status": 403, "X-Error-Code": "GatedRepo", "X-Error-Message": "Access to this model is restricted"}
MISSING = {"status": 401, "X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"}


class Hub:
    """repositories: folders by repository id, or id@revision for pull requests; gated: ids whose files are refused.

    Datasets are repositories whose id begins with ``datasets/``.

    requests: by repository, the numbers of open pull requests that offer safetensors, with their authors.
    asked: the paths asked for so far.
    """

    def __init__(self, repositories: dict[str, Path], gated: set[str]) -> None:
        self.repositories = repositories
        self.requests: dict[str, dict[int, str]] = {}
        self.gated = gated
        self.asked: list[str] = []
        self.sent = 0
        """Bytes of files."""
        self.tags: list[str] = []
        self.address = ""
        self.writable: Path | None = None
        """Where datasets are made that somebody writes with the token ``good``; their files stand beside those given.
        """

    def is_branch(self, repository: str, revision: str) -> bool:
        revision = CONVERSION if revision == CONVERTED else revision
        return f"{repository}@{revision}" in self.repositories

    def folder(self, repository: str, revision: str) -> Path | None:
        revision = CONVERSION if revision == CONVERTED else revision
        return self.repositories.get(f"{repository}@{revision}") or self.repositories.get(repository)


def commit(revision: str) -> str:
    if revision in (CONVERSION, CONVERTED):
        return CONVERTED
    return OFFERED if revision.startswith("refs/pr/") else COMMIT


@contextmanager
def hub(repositories: dict[str, Path], gated: set[str] = frozenset()) -> Iterator[Hub]:  # type: ignore[assignment]
    """Serve folders as repositories while the block lasts."""
    served = Hub(repositories, set(gated))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            served.asked.append(f"{self.command} {path}")
            if path.endswith("/discussions"):
                self._requests(path.removeprefix("/api/models/").removesuffix("/discussions"))
            elif path.startswith("/api/models/"):
                self._info(path.removeprefix("/api/models/").split("/revision/"))
            elif path.startswith("/api/datasets/") and "/tree/" in path:
                repository, _, rest = path.removeprefix("/api/").partition("/tree/")
                self._tree(repository, *map(unquote, rest.split("/", 1)))
            elif path.startswith("/api/datasets/"):
                self._info(path.removeprefix("/api/").split("/revision/"))
            elif "/resolve/" not in path:
                self._refuse({"status": 404, "X-Error-Code": "", "X-Error-Message": "Nothing is here"})
            else:
                repository, _, rest = path.removeprefix("/").partition("/resolve/")
                self._file(repository, *map(unquote, rest.split("/", 1)))

        do_HEAD = do_GET

        def do_POST(self) -> None:
            path = self.path.split("?")[0]
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            served.asked.append(f"POST {path}")
            if self.headers.get("Authorization") != "Bearer good" or served.writable is None:
                self._refuse({"status": 401, "X-Error-Code": "", "X-Error-Message": "Invalid token"})
                return
            repository = path.removeprefix("/api/").split("/preupload/")[0].split("/commit/")[0]
            if path == "/api/repos/create":
                name = json.loads(body)
                repository = f"datasets/{name.get('organization') or 'user'}/{name['name']}"
                served.repositories[repository] = served.writable / repository.replace("/", "-")
                served.repositories[repository].mkdir(exist_ok=True)
                answer: dict[str, object] = {"url": f"{served.address}/{repository}"}
            elif "/preupload/" in path:
                asked = json.loads(body)["files"]
                kept = {"uploadMode": "regular", "shouldIgnore": False}
                answer = {"files": [{"path": file["path"], **kept} for file in asked]}
            elif "/commit/" in path:
                for line in map(json.loads, body.splitlines()):
                    if line["key"] == "file":
                        content = base64.b64decode(line["value"]["content"])
                        (served.repositories[repository] / line["value"]["path"]).write_bytes(content)
                answer = {"commitUrl": f"{served.address}/{repository}/commit/{COMMIT}", "commitOid": COMMIT}
            else:
                answer = {"warnings": [], "errors": []}
            self._send(json.dumps(answer).encode(), {"Content-Type": "application/json"})

        def _info(self, asked: list[str]) -> None:
            revision = unquote(asked[1]) if asked[1:] else ""
            folder = served.folder(asked[0], revision)
            if folder is None:
                self._refuse(MISSING)
            elif not served.is_branch(asked[0], revision) and asked[1:] not in ([], ["main"], [COMMIT]):
                self._refuse({"status": 404, "X-Error-Code": "RevisionNotFound", "X-Error-Message": "Invalid rev id"})
            else:
                files = [
                    {"rfilename": path.relative_to(folder).as_posix(), "size": path.stat().st_size, "blobId": "0"}
                    for path in sorted(folder.rglob("*"))
                    if path.is_file()
                ]
                body = {
                    "id": asked[0].removeprefix("datasets/"),
                    "sha": commit(revision),
                    "siblings": files,
                    "gated": asked[0] in served.gated,
                    "private": False,
                    "tags": served.tags,
                }
                self._send(json.dumps(body).encode(), {"Content-Type": "application/json"})

        def _tree(self, repository: str, revision: str, under: str = "") -> None:
            folder = served.folder(repository, revision)
            if folder is None or not (folder / under).is_dir():
                self._refuse({"status": 404, "X-Error-Code": "EntryNotFound", "X-Error-Message": "Nothing is here"})
                return
            found = [
                {
                    "type": "file" if path.is_file() else "directory",
                    "path": path.relative_to(folder).as_posix(),
                    "size": path.stat().st_size,
                    "oid": "0",
                }
                for path in sorted((folder / under).iterdir())
            ]
            self._send(json.dumps(found).encode(), {"Content-Type": "application/json"})

        def _requests(self, repository: str) -> None:
            common = {"title": "Adding `safetensors` variant of this model", "status": "open", "isPullRequest": True}
            common |= {"createdAt": "2023-01-01T00:00:00.000Z", "repo": {"name": repository, "type": "model"}}
            found = [
                common | {"num": number, "author": {"name": author}}
                for number, author in served.requests.get(repository, {}).items()
            ]
            self._send(
                json.dumps({"discussions": found, "count": len(found), "start": 0}).encode(),
                {"Content-Type": "application/json"},
            )

        def _file(self, repository: str, revision: str, name: str) -> None:
            folder = served.folder(repository, revision)
            if folder is None:
                self._refuse(MISSING)
            elif repository in served.gated and self.headers.get("Authorization") != "Bearer good":
                self._refuse(GATED)
            else:
                if asked := re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")):
                    with (folder / name).open("rb") as file:
                        file.seek(int(asked[1]))
                        body = file.read(int(asked[2]) + 1 - int(asked[1]))
                    served.sent += len(body)
                    self._send(body, {"X-Repo-Commit": commit(revision)}, status=206)
                    return
                body = (folder / name).read_bytes()
                served.sent += len(body)
                self._send(body, {"X-Repo-Commit": commit(revision), "ETag": f'"{hashlib.sha256(body).hexdigest()}"'})

        def _send(self, body: bytes, headers: dict[str, str], status: int = 200) -> None:
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
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
