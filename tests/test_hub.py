"""Models from a server that speaks as the Hugging Face Hub does."""

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import orjson
import pytest

from rtt.convert import hub as hub_
from rtt.errors import ModelError
from tests import small_models as small

RTT = Path(sys.executable).with_name("rtt")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """A Hub with one model, `small/en-de`."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.requests: list[tuple[str, str, str | None]] = []
        """Method, path and range."""
        self.breaks_after: int | None = None
        """After so many bytes of `model.bin` the connection is cut, and everything else is refused."""
        self.lies = False
        """Whether what is sent of `model.bin` is not what its checksum says."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def card(self) -> dict[str, object]:
        files = [
            {"rfilename": path.name, "size": path.stat().st_size}
            | ({"lfs": {"sha256": _sha256(path), "size": 1, "pointerSize": 1}} if path.suffix == ".bin" else {})
            for path in sorted(self.folder.iterdir())
        ]
        return {"id": "small/en-de", "sha": COMMIT, "siblings": files, "cardData": {"license": "cc-by-4.0"}}


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - as it is called
        pass

    def _answer(self, *, body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.requests.append((self.command, path, self.headers.get("Range")))
        if path in {"/api/models/small/en-de", f"/api/models/small/en-de/revision/{COMMIT}"}:
            self._send(orjson.dumps(self.server.card()), body=body)
        elif path.startswith(f"/small/en-de/resolve/{COMMIT}/"):
            self._send_file(self.server.folder / path.rpartition("/")[2], body=body)
        else:
            self._send(b"", 404, {"X-Error-Code": "RepoNotFound"}, body=body)

    def _send_file(self, path: Path, *, body: bool) -> None:
        content = path.read_bytes()
        if self.server.lies and path.name == "model.bin":
            content = content[::-1]
        headers = {"ETag": f'"{_sha256(path)}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        begin = 0
        if asked := self.headers.get("Range"):
            begin = int(asked.removeprefix("bytes=").split("-")[0])
            headers["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        if body and path.name == "model.bin" and self.server.breaks_after is not None:
            self._break(content[begin:], headers)
        else:
            self._send(content[begin:], 206 if begin else 200, headers, body=body)

    def _break(self, content: bytes, headers: dict[str, str]) -> None:
        part, self.server.breaks_after = content[: self.server.breaks_after], 0
        self.send_response(200 if not self.headers.get("Range") else 206)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(part)
        self.close_connection = True

    def _send(
        self, content: bytes, status: int = 200, headers: dict[str, str] | None = None, *, body: bool = True
    ) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(content)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    folder = small.ready(tmp_path / "remote")
    (folder / "tf_model.h5").write_bytes(b"not needed")
    (folder / "LICENSE").write_bytes(b"")
    with Hub(folder) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def pull(hub: Hub | None, models: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    endpoint = hub.url if hub else "http://127.0.0.1:9"
    settings = {"HF_ENDPOINT": endpoint, "HF_HOME": str(models.parent / "home"), "HF_HUB_DISABLE_TELEMETRY": "1"}
    return subprocess.run(
        [RTT, "models", "pull", *arguments, "--models", models],
        env={**os.environ, **settings, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_model_is_pulled(hub: Hub, tmp_path: Path) -> None:
    done = pull(hub, tmp_path / "models", "small/en-de", "--json")
    assert done.returncode == 0, done.stderr
    assert orjson.loads(done.stdout)["licence"] == "cc-by-4.0"
    card = (tmp_path / "models" / "en-de" / "MODEL.md").read_text()
    assert f"small/en-de at {COMMIT}" in card
    assert "cc-by-4.0" in card
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["en-de"]
    assert not any("tf_model" in path for _, path, _ in hub.requests)


def test_the_licence_is_shown_before_the_download(hub: Hub, tmp_path: Path) -> None:
    done = pull(hub, tmp_path / "models", "small/en-de")
    assert done.returncode == 0, done.stderr
    assert done.stderr.index("licence cc-by-4.0") == done.stderr.index("licence")
    assert "en-de" in done.stdout


def test_a_download_goes_on_where_it_was_cut_off(hub: Hub, tmp_path: Path) -> None:
    models = tmp_path / "models"
    hub.breaks_after = 10_000
    cut = pull(hub, models, "small/en-de")
    assert cut.returncode == 1
    assert "a download goes on where it stopped" in cut.stderr
    assert not (models / "en-de").exists()
    hub.breaks_after = None
    seen = len(hub.requests)
    done = pull(hub, models, "small/en-de")
    assert done.returncode == 0, done.stderr
    ranges = [asked for method, path, asked in hub.requests[seen:] if method == "GET" and path.endswith("model.bin")]
    assert ranges == ["bytes=10000-"]
    assert [path.name for path in models.iterdir()] == ["en-de"]


def test_a_file_that_is_not_what_its_checksum_says_is_refused(hub: Hub, tmp_path: Path) -> None:
    hub.lies = True
    done = pull(hub, tmp_path / "models", "small/en-de")
    assert done.returncode == 1
    assert "it was damaged on its way, and is gone; try again" in done.stderr
    assert not (tmp_path / "models" / "en-de").exists()
    hub.lies = False
    assert pull(hub, tmp_path / "models", "small/en-de").returncode == 0


@pytest.mark.parametrize(
    ("repository", "environment", "says"),
    [
        ("small/nothing", {}, "small/nothing: no such model, or a private one"),
        ("a b", {}, "Expected owner/name"),
        ("small/en-de", {"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE is set; rtt models convert takes a folder or file"),
        ("small/en-de", {"HF_ENDPOINT": "http://127.0.0.1:9"}, "http://127.0.0.1:9 does not answer as it should"),
    ],
)
def test_what_cannot_be_pulled(
    hub: Hub, tmp_path: Path, repository: str, environment: dict[str, str], says: str
) -> None:
    done = pull(hub, tmp_path / "models", repository, **environment)
    assert done.returncode == 1
    assert done.stderr.startswith("rtt: ")
    assert says in done.stderr


def test_a_repository_without_weights(hub: Hub, tmp_path: Path) -> None:
    (hub.folder / "model.bin").unlink()
    done = pull(hub, tmp_path / "models", "small/en-de")
    assert "no weights there that could be converted" in done.stderr


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ModelError, match=r"pip install 'rtt\[hub\]'"):
        hub_.find("small/en-de", None)
