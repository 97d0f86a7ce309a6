"""Where the policy meets `await`."""

import asyncio
from typing import NamedTuple

from rtt.engine import Hypothesis, Job, JobSource, Timing, Verbatim
from rtt.errors import TranslationError
from rtt.policy import PolicyOptions, Stream, Update
from rtt.segmenter import Segment, Withdrawal
from rtt.session import Session
from tests.conftest import PATIENCE_S
from tests.scripted import ScriptedEngine


class Room(NamedTuple):
    """Whose sessions they are."""

    name: str
    private: bool = False


ROOM = Room("room")


def final(id_: int, text: str) -> Segment:
    return Segment(id_, id_, text, 0, True, 0, 0, 0.0)


class Heard(list[str]):
    """Collects what a session publishes; `then` is called in the loop's next turn after each."""

    def __init__(self) -> None:
        super().__init__()
        self.then: list[tuple[Session[Update | Withdrawal], Segment]] = []

    def publish(self, _lang: str, update: Update | Withdrawal, _timing: Timing | None) -> None:
        assert isinstance(update, Update)
        self.append(update.stable)
        if self.then:
            session, segment = self.then.pop()
            asyncio.get_running_loop().call_soon(session.receive, [segment])


async def test_what_comes_just_as_the_work_ends_is_not_left_lying() -> None:
    heard = Heard()
    session = Session(ROOM, "en", Stream("en", PolicyOptions()), Verbatim(), heard.publish)
    heard.then.append((session, final(2, "Two.")))
    session.receive([final(1, "One.")])
    async with asyncio.timeout(PATIENCE_S):
        while len(heard) < 2:
            await asyncio.sleep(0)
    assert heard == ["One.", "Two."]


async def test_one_job_at_a_time() -> None:
    heard = Heard()
    engine = ScriptedEngine()
    session = Session(ROOM, "de", Stream("m", PolicyOptions()), engine, heard.publish)
    session.receive([final(1, "One."), final(2, "Two.")])
    job = await engine.answer("Eins.")
    assert job == Job("m", "One.", "", final=True)
    assert engine.jobs.empty()
    await engine.answer("Zwei.")
    await session.caught_up()
    assert heard == ["Eins.", "Zwei."]


async def test_a_failure_is_tried_again() -> None:
    heard = Heard()
    engine = ScriptedEngine()
    session = Session(ROOM, "de", Stream("m", PolicyOptions()), engine, heard.publish)
    session.receive([final(1, "One.")])
    await engine.fail()
    await engine.answer("Eins.")
    await session.caught_up()
    assert heard == ["Eins."]


async def test_a_translator_that_fails_for_good_ends_the_work() -> None:
    class Broken:
        tries = 0

        async def translate(self, source: JobSource) -> Hypothesis | None:
            assert source.job_to_run()
            self.tries += 1
            raise TranslationError("broken")

    broken = Broken()
    session = Session(ROOM, "de", Stream("m", PolicyOptions(attempts=3)), broken, Heard().publish)
    session.receive([final(1, "One.")])
    await session.caught_up()
    assert broken.tries == 3
