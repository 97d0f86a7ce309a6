"""The schedule file, and what it does to a room over real sockets."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from rtt.errors import ConfigError
from rtt.talk_schedule import Schedule
from tests.conftest import Service, serving
from tests.scripted import ScriptedEngine, scripted_catalog, shout
from tests.test_app import get
from tests.test_sockets import hall
from tests.test_transcripts_http import kept, say

TEN = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


def talk(start: datetime, room: str = "hall", **fields: str) -> str:
    lines = [f'{name} = "{value}"' for name, value in ({"room": room, "title": "A talk"} | fields).items()]
    return "\n".join(["[[talks]]", f"start = {start.isoformat()}", *lines, ""])


def written(path: Path, *talks: str) -> Path:
    path.write_text("\n".join(talks))
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "schedule.toml"


class TestWhatIsDue:
    def test_a_talk_is_due_once_from_its_start_on(self, file: Path) -> None:
        schedule = Schedule(written(file, talk(TEN + timedelta(hours=1), title="Second"), talk(TEN, title="First")))
        found = [schedule.due("hall", TEN + timedelta(minutes=minutes)) for minutes in (-1, 0, 1, 60, 61)]
        assert [slot and slot.title for slot in found] == [None, "First", None, "Second", None]

    def test_who_comes_late_is_told_of_the_one_that_goes_on(self, file: Path) -> None:
        schedule = Schedule(written(file, talk(TEN, title="First"), talk(TEN + timedelta(hours=1), title="Second")))
        slot = schedule.due("hall", TEN + timedelta(hours=9))
        assert slot
        assert slot.title == "Second"

    def test_a_room_that_was_forgotten_begins_its_talk_anew(self, file: Path) -> None:
        schedule = Schedule(written(file, talk(TEN)))
        assert schedule.due("hall", TEN)
        schedule.forget("hall")
        assert schedule.due("hall", TEN)

    def test_each_room_has_its_own(self, file: Path) -> None:
        schedule = Schedule(written(file, talk(TEN), talk(TEN, room="attic")))
        assert schedule.due("hall", TEN)
        assert schedule.due("attic", TEN)
        assert schedule.due("cellar", TEN) is None

    def test_an_offset_counts_and_without_one_the_clock_on_the_wall_does(self, file: Path) -> None:
        schedule = Schedule(written(file, talk(TEN.astimezone(None).replace(tzinfo=None))))
        assert schedule.due("hall", TEN - timedelta(minutes=1)) is None
        assert schedule.due("hall", TEN)


class TestTheFile:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("talks", "Expected '='"),
            ("", "missing required field `talks`"),
            ("[[talks]]\nroom = 'hall'\ntitle = 'A'", "missing required field `start` - at `$.talks[0]`"),
            (talk(TEN, room="the hall"), "at `$.talks[0].room`"),
            (talk(TEN) + talk(TEN, languages="de"), "Expected `array`, got `str` - at `$.talks[1].languages`"),
            (talk(TEN, source="e n"), "at `$.talks[0].source`"),
            (talk(TEN, tile="A"), "unknown field `tile`"),
            (talk(TEN, title="a\\nb"), "field title: Expected one line"),
            (talk(TEN) + talk(TEN), "two talks begin in room hall at 2026-11-25"),
        ],
    )
    def test_a_bad_one_is_refused_by_name(self, file: Path, text: str, says: str) -> None:
        with pytest.raises(ConfigError, match="schedule") as refused:
            Schedule(written(file, text))
        assert says in str(refused.value)

    def test_one_that_is_not_there_is_refused(self, file: Path) -> None:
        with pytest.raises(ConfigError, match="No such file"):
            Schedule(file)

    def test_it_is_read_again_when_it_changes(self, file: Path) -> None:
        schedule = Schedule(written(file, talk(TEN, title="First")))
        assert schedule.due("hall", TEN)
        written(file, talk(TEN, title="First"), talk(TEN + timedelta(minutes=9), title="Moved up"))
        schedule.refresh()
        slot = schedule.due("hall", TEN + timedelta(minutes=10))
        assert slot
        assert slot.title == "Moved up"

    @pytest.mark.parametrize("text", ["oops", None])
    def test_a_change_that_cannot_be_used_is_said_once_and_changes_nothing(self, file: Path, text: str | None) -> None:
        schedule = Schedule(written(file, talk(TEN)))
        if text is None:
            os.unlink(file)  # noqa: PTH108 - as an editor does
        else:
            written(file, text)
        with capture_logs() as logs:
            schedule.refresh()
            schedule.refresh()
        assert [log["log_level"] for log in logs] == ["error"]
        assert schedule.due("hall", TEN)


class TestInARoom:
    async def test_a_talk_names_its_room_and_opens_its_languages(self, file: Path) -> None:
        now = datetime.now(UTC)
        written(file, talk(now, title="Opening", speaker="Ada", source="de") + 'languages = ["en", "xx"]\n')
        catalog = scripted_catalog(("de", "en"))
        async with serving(ScriptedEngine(shout), catalog, schedule=file) as service:
            async with service.peer("/v1/rooms/hall/listen") as reader:
                ready = await reader.next(type="ready")
                assert (ready["title"], ready["speaker"], ready["source"]) == ("Opening", "Ada", "de")
                assert ready["targets"] == ["en"]

    async def test_the_next_talk_clears_by_itself(self, file: Path, tmp_path: Path) -> None:
        settings: dict[str, Any] = {"schedule": file, "transcripts": tmp_path / "kept"}
        start = datetime.now(UTC)
        written(file, talk(start, title="First"))
        async with serving(ScriptedEngine(shout), scripted_catalog(("en", "de")), **settings) as service:
            async with hall(service) as (speaker, reader):
                await say(speaker, reader, "One.")
                written(file, talk(start, title="First"), talk(start + timedelta(seconds=0.001), title="Second"))
                clear = await reader.next(type="clear", title="Second")
                assert clear["segment"] == 1
                await say(speaker, reader, "Two.")
                await expect_name(service, "hall.Second.de.txt")
        assert set(kept(tmp_path / "kept", "txt").items()) >= {
            ("hall.First.de.txt", "ONE.\n"),
            ("hall.Second.de.txt", "TWO.\n"),
        }


async def expect_name(service: Service, name: str) -> None:
    answer = await get(service, "/v1/rooms/hall/transcript.txt?lang=de")
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
