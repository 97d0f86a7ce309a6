"""Transcripts on disk, where the organiser asks for them."""

import os
import shutil
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import structlog

from rtt.errors import ConfigError
from rtt.transcript.formats import Format, file_name, write
from rtt.transcript.sentences import Record

_log = structlog.get_logger(__name__)


class Archive:
    """A folder of transcripts: a file for each talk that is over, language and format, for its owner's eyes only."""

    def __init__(self, folder: Path) -> None:
        """Make the folder if need be. Raises ConfigError where nothing can be written to it."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            raise ConfigError(
                f"transcripts: {str(folder)!r}: {error.strerror}; it takes a folder to write to"
            ) from None
        self._folder = folder

    def free_bytes(self) -> int:
        """Return how much can still be written; 0 where the folder is gone."""
        try:
            return shutil.disk_usage(self._folder).free
        except OSError:
            return 0

    def write(self, records: Iterable[Record]) -> None:
        """Write the transcripts of talks that are over; a failure is logged."""
        ended_at = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        for record in records:
            transcript = record.transcript()
            for format_ in Format if transcript.sentences else ():
                name = f"{ended_at}.{file_name(record, format_)}"
                try:
                    _write_whole(self._folder / name, write(transcript, format_))
                except (OSError, ValueError) as error:
                    _log.error("a transcript could not be written", file=name, reason=str(error))


def _write_whole(path: Path, text: str) -> None:
    """Write a file that is there as a whole or not at all."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=path.parent, prefix=".", delete=False
    ) as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink()
            raise
