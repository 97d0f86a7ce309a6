"""Imports run downward only, the policy knows no clock, and each outside library has its one place."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "rtt"

# Top to bottom; a module imports from lower lines only.
ORDER = [
    {"cli"},
    {"rehearsal"},
    {"bench"},
    {"server"},
    {"app"},
    {"invitations"},
    {"endpoints"},
    {"nodes"},
    {"rooms"},
    {"records"},
    {"room", "archive"},
    {"speech"},
    {"profanity", "quotas", "session", "audience", "measure", "convert", "transcript"},
    {"captions", "metrics", "residency"},
    {"auth", "ct2", "scheduler", "log", "talk_schedule"},
    {"cache", "config", "energy", "model_metrics", "shortage", "turns"},
    {"load"},
    {"policy"},
    {"glossary", "guards", "punctuation"},
    {"segmenter"},
    {"catalog", "client", "engine", "http_client", "outbox", "retention", "talks", "trace"},
    {"connection"},
    {"protocol", "route"},
    {"alignment"},
    {"text"},
    {"errors", "loopback"},
]
PURE = {
    *("cache", "captions", "load", "log", "policy", "glossary", "guards", "punctuation", "segmenter", "engine"),
    *("protocol", "alignment", "text", "errors", "retention", "talks", "route", "shortage"),
}
IMPURE = {"asyncio", "time", "datetime", "random", "threading", "socket", "structlog", "ctranslate2", "sentencepiece"}
# Who else may import what.
ONLY = {
    "ctranslate2": {"ct2", "convert"},
    "sentencepiece": {"ct2", "convert"},
    "google": {"convert"},
    "huggingface_hub": {"convert"},
    "langcodes": {"convert"},
    "yaml": {"convert"},
    "orjson": {"protocol", "endpoints", "ct2", "convert", "cli"},
    "itsdangerous": {"auth"},
    "limits": {"quotas"},
    "starlette": {"app", "endpoints", "invitations", "server"},
    "prometheus_client": {"energy", "metrics", "model_metrics"},
    "cachetools": {"cache"},
    "uvicorn": {"server", "endpoints"},
    "websockets": {"client", "connection", "endpoints", "bench"},
    "sacrebleu": {"measure"},
    "matplotlib": {"measure"},
    "psutil": {"bench"},
    "redis": {"nodes"},
    "budoux": {"transcript"},
    "wcwidth": {"transcript"},
    "webvtt": {"transcript"},
    "typer": {"cli"},
    "rich": {"cli"},
    "ct2": {"cli", "bench", "convert"},
    "convert": {"cli"},
    "scheduler": {"cli", "bench", "residency"},
}


def imports(path: Path) -> Iterator[str]:
    """Yield what a file imports: the names of rtt's own modules, and of the packages of others."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names):
                yield from (name.name.removeprefix("rtt.").split(".")[0] for name in names)
            case ast.ImportFrom("rtt" | None, names):
                yield from (name.name for name in names)
            case ast.ImportFrom(str(module)):
                yield module.removeprefix("rtt.").split(".")[0]


FILES = {str(path.relative_to(PACKAGE)): path for path in sorted(PACKAGE.rglob("*.py")) if path.stem != "__init__"}
RANK = {name: rank for rank, line in enumerate(ORDER) for name in line}


def module(file: str) -> str:
    return file.removesuffix(".py").split("/")[0]


@pytest.mark.parametrize("file", FILES)
def test_imports_run_downward(file: str) -> None:
    own = {name for name in imports(FILES[file]) if name in RANK} - {module(file) if "/" in file else ""}
    assert {name for name in own if RANK[name] <= RANK[module(file)]} == set()


def test_every_module_has_its_place() -> None:
    assert {module(file) for file in FILES} == RANK.keys()


@pytest.mark.parametrize("name", sorted(PURE))
def test_pure_modules_import_pure_ones_only(name: str) -> None:
    found = {found for file, path in FILES.items() if module(file) == name for found in imports(path)}
    assert found & IMPURE == set()
    assert found & RANK.keys() <= PURE


@pytest.mark.parametrize(
    "file", [file for file in FILES if file.startswith(("measure/", "transcript/")) and "replay" not in file]
)
def test_measures_and_transcripts_are_pure(file: str) -> None:
    assert set(imports(FILES[file])) & IMPURE == set()


@pytest.mark.parametrize("name", ONLY)
def test_each_library_has_its_place(name: str) -> None:
    assert {module(file) for file, path in FILES.items() if name in imports(path)} - {name} <= ONLY[name]


def test_groups_of_commands_are_imported_when_they_are_asked_for() -> None:
    program = (
        "import rtt.cli.main, sys; print(sorted({'rtt.bench', 'rtt.convert', 'rtt.measure'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
