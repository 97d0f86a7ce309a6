import stat
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from rtt.archive import Archive
from rtt.errors import ConfigError
from rtt.talks import Talk
from rtt.transcript.sentences import Record
from tests.test_transcript_sentences import final

SAID = Record("hall", "en", ("de",), Talk(1), complete=True, events=[final(1, 1, "Schön.")])
NOTHING = Record("hall", "en", ("fr",), Talk(1), complete=True, events=[])


def test_a_file_for_each_format_that_nobody_else_reads(tmp_path: Path) -> None:
    Archive(tmp_path / "new" / "kept").write([SAID, NOTHING])
    files = sorted((tmp_path / "new" / "kept").iterdir(), key=lambda path: path.suffix)
    assert [path.name.split("Z.")[1] for path in files] == ["hall.de.json", "hall.de.srt", "hall.de.txt", "hall.de.vtt"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert files[2].read_bytes() == "Schön.\n".encode()


def test_a_room_that_is_opened_again_overwrites_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write([SAID])
    archive.write([SAID])
    assert len(list(tmp_path.iterdir())) == 8


def test_a_file_is_there_as_a_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path)

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with capture_logs() as logs:
        archive.write([SAID])
    assert list(tmp_path.iterdir()) == []
    assert {log["event"] for log in logs} == {"a transcript could not be written"}
    assert "Schön" not in str(logs)


def test_a_folder_that_cannot_be_one(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"^transcripts: .*file'"):
        Archive(tmp_path / "file")
