"""The schedule of a conference, a TOML file: which talk begins when, and in which room.

[[talks]]
room = "hall"
start = 2026-11-25T10:00:00+01:00
title = "Captions for everybody"
speaker = "Ada Lovelace"
source = "en"
languages = ["de", "fr"]
"""

import tomllib
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from rtt.errors import ConfigError
from rtt.protocol import Language, RoomName, Title, check_title

_log = structlog.get_logger(__name__)


class Slot(Struct, frozen=True, forbid_unknown_fields=True):
    """When a talk begins, and what it is."""

    room: RoomName
    start: datetime
    """Without an offset: on the clock of the server's time zone."""
    title: Title
    speaker: Title = ""
    source: Language | None = None
    """Language of the room, if it is opened for this talk and its speaker says none."""
    languages: tuple[Language, ...] = ()
    """Translated into before anybody reads them."""

    def __post_init__(self) -> None:
        check_title(self.title, self.speaker)


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    talks: tuple[Slot, ...]


class Schedule:
    """The talks of each room, and which of them have begun. The file is read again when it has changed."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises ConfigError naming the talk and the field."""
        self._path = path
        self._slots = _read(path)
        self._version = _version(path)
        self._begun: dict[str, datetime] = {}

    def refresh(self) -> None:
        """Read the file again if it has changed; one that cannot be used is logged, and changes nothing."""
        version = _version(self._path)
        if version == self._version:
            return
        self._version = version
        try:
            self._slots = _read(self._path)
        except ConfigError as error:
            _log.error("the schedule has changed and cannot be used; the old one stays", reason=str(error))
        else:
            _log.info("the schedule has changed")

    def due(self, room: str, now: datetime) -> Slot | None:
        """Return the talk that goes on in a room, once: when it begins, or when the room is asked for first."""
        begun = [slot for slot in self._slots.get(room, ()) if slot.start <= now]
        if not begun or (room in self._begun and begun[-1].start <= self._begun[room]):
            return None
        self._begun[room] = begun[-1].start
        return begun[-1]

    def forget(self, room: str) -> None:
        """Take it that a room is gone: its talk begins anew with the next one of that name."""
        self._begun.pop(room, None)


def _read(path: Path) -> dict[str, list[Slot]]:
    try:
        talks = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File).talks
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"schedule: {str(path)!r}: {error}") from None
    slots: defaultdict[str, list[Slot]] = defaultdict(list)
    for slot in sorted((_zoned(slot) for slot in talks), key=lambda slot: slot.start):
        if slots[slot.room] and slots[slot.room][-1].start == slot.start:
            raise ConfigError(f"schedule: {str(path)!r}: two talks begin in room {slot.room} at {slot.start}")
        slots[slot.room].append(slot)
    return slots


def _zoned(slot: Slot) -> Slot:
    return msgspec.structs.replace(slot, start=slot.start.astimezone())


def _version(path: Path) -> tuple[int, ...]:
    """Return what changes with a file."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino
