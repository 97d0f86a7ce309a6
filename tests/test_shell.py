"""The service worker that the server makes for its pages."""

import shutil
from pathlib import Path

import orjson

from rtt.config import bundled
from rtt.endpoints.shell import worker_script


def shell_of(web: Path) -> dict[str, object]:
    assignment = worker_script(web).splitlines()[0].decode()
    shell: dict[str, object] = orjson.loads(assignment.removeprefix("self.SHELL = ").removesuffix(";"))
    return shell


def test_it_keeps_what_the_pages_consist_of() -> None:
    shell = shell_of(bundled("web"))
    assert shell["pages"] == ["captions/-", "display/-"]
    files = shell["files"]
    assert isinstance(files, list)
    assert {"static/captions/captions.js", "static/lib/theme.css", "static/i18n/fr.js"} <= set(files)
    assert all((bundled("web") / file.removeprefix("static/")).is_file() for file in files)
    assert not [file for file in files if file.endswith((".woff2", ".d.ts", ".html"))]


def test_another_page_is_another_version(tmp_path: Path) -> None:
    web = tmp_path / "web"
    shutil.copytree(bundled("web"), web, ignore=shutil.ignore_patterns("node_modules"))
    before = shell_of(web)["version"]
    assert before == shell_of(bundled("web"))["version"]
    with (web / "lib" / "reader.js").open("a") as module:
        module.write("// more\n")
    assert shell_of(web)["version"] != before
