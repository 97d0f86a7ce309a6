"""What a server says of itself over HTTP: its health, its models, the room on its disk."""

import asyncio
import time
from typing import TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from rtt.errors import ConfigError, ServerError
from rtt.http_client import fetch
from rtt.rehearsal.findings import Finding, Grade

_TIMEOUT_S = 10
# The files of a talk take a megabyte or two for each language; what is nearly full is soon filled by others.
_LITTLE_BYTES = 10**9
_TOO_LITTLE_BYTES = 50 * 10**6


class Transcripts(Struct):
    """Where transcripts are written."""

    free_bytes: int


class Health(Struct):
    """The answer of `/health/ready`; what only operators are told may be missing."""

    status: str
    version: str = ""
    transcripts: Transcripts | UnsetType | None = UNSET
    """None: none are written."""


class Model(Struct):
    """One model or route of `/v1/models`."""

    name: str
    licence: str


class Models(Struct):
    """The answer of `/v1/models`."""

    models: list[Model]


Answer = TypeVar("Answer", Health, Models)


async def ask_health(url: str, token: str) -> tuple[Finding, Health | None]:
    """Ask whether a server is ready; None: it is not."""
    started = time.monotonic()
    try:
        health = await _ask(url, "/health/ready", token, Health)
    except ServerError as error:
        return _refused(error), None
    except ConfigError as error:
        return _not_there(str(error), "start it, or check the address, the firewall and the proxy"), None
    took_ms = round((time.monotonic() - started) * 1000)
    return Finding(check="server", found=f"ready, answers in {took_ms} ms", value=took_ms, unit="ms"), health


async def ask_licences(url: str, token: str) -> dict[str, str]:
    """Return the licence of each model and route. Raises ServerError, ConfigError."""
    return {model.name: model.licence for model in (await _ask(url, "/v1/models", token, Models)).models}


def check_disk(health: Health) -> Finding:
    """Grade the room there is for transcripts."""
    if health.transcripts is UNSET:
        advice = "ask whoever runs the server for rtt_transcripts_free_bytes of each node"
        found = "not told: to operators only, and not by a relay"
        return Finding(check="disk", grade=Grade.LOOK, found=found, advice=advice)
    if health.transcripts is None:
        return Finding(check="disk", found="nothing is written to disk")
    free = health.transcripts.free_bytes
    grade = Grade.BAD if free < _TOO_LITTLE_BYTES else Grade.LOOK if free < _LITTLE_BYTES else Grade.OK
    return Finding(
        check="disk",
        grade=grade,
        found=f"{free / 1e9:.1f} GB free for transcripts"
        if free >= 1e8
        else f"{free / 1e6:.1f} MB free for transcripts",
        advice="" if grade is Grade.OK else "make room where --transcripts points to, or save transcripts by hand",
        value=free,
        unit="bytes",
    )


def _refused(error: ServerError) -> Finding:
    if error.code == "503":
        return _not_there("not ready: its models are loading", "wait, and read its log")
    if error.code.isdecimal():
        return _not_there(f"what answers there is no rtt: {error}", "check the address")
    return _not_there(str(error), "check the address, and the server's setting hosts")


def _not_there(found: str, advice: str) -> Finding:
    return Finding(check="server", grade=Grade.BAD, found=found, advice=advice)


async def _ask(url: str, path: str, token: str, kind: type[Answer]) -> Answer:
    answer = await asyncio.to_thread(fetch, url, path, token, timeout_s=_TIMEOUT_S)
    try:
        return msgspec.json.decode(answer, type=kind)
    except msgspec.DecodeError as error:
        raise ServerError("200", f"{path}: {error}") from None
