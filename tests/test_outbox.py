import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt.errors import Replaced, Restarting, TryAgainLater
from rtt.outbox import Outbox


def roomy() -> Outbox:
    return Outbox(limit=1000, patience_s=1000)


class Clock:
    """The time of the running loop, which stands still until the test moves it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: self.now)


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def drained(outbox: Outbox) -> list[str]:
    """Close an outbox, and return what its peer still gets."""
    outbox.close(Restarting("the end"))
    frames = []
    while (frame := await outbox.get()) is not None:
        frames.append(frame)
    return frames


def gave_up(outbox: Outbox) -> bool:
    return isinstance(outbox.closing, TryAgainLater)


async def test_frames_leave_in_order() -> None:
    outbox = roomy()
    for frame in "abc":
        outbox.put(frame)
    assert await drained(outbox) == ["a", "b", "c"]


async def test_equal_frames_are_all_sent() -> None:
    outbox = roomy()
    outbox.put("a")
    outbox.put("a")
    assert await drained(outbox) == ["a", "a"]


async def test_a_frame_replaces_the_unsent_one_of_its_key() -> None:
    outbox = roomy()
    outbox.put("1 open", key=1)
    outbox.put("2 open", key=2)
    outbox.put("1 newer", key=1)
    assert await drained(outbox) == ["2 open", "1 newer"]


async def test_what_has_been_sent_is_not_replaced() -> None:
    outbox = roomy()
    outbox.put("older", key=1)
    assert await outbox.get() == "older"
    outbox.put("newer", key=1)
    assert await drained(outbox) == ["newer"]


async def test_a_lasting_frame_replaces_but_is_not_replaced() -> None:
    outbox = roomy()
    outbox.put("open", key=1)
    outbox.put("final", key=1, lasting=True)
    outbox.put("corrected", key=1, lasting=True)
    outbox.put("open again", key=1)
    assert await drained(outbox) == ["final", "corrected", "open again"]


# Frames as they are put: their key, and whether they last; None: the peer takes one.
steps = st.lists(st.none() | st.tuples(st.sampled_from([None, 1, 2]), st.booleans()), max_size=30)


@given(steps)
async def test_nothing_that_lasts_is_dropped_or_reordered(story: Sequence[tuple[int | None, bool] | None]) -> None:
    outbox = roomy()
    sent: list[str] = []
    lasting: list[str] = []
    newest: dict[int, str] = {}
    for number, step in enumerate(story):
        if step is None:
            outbox.put("so that there is something", key="any")
            sent.append(await outbox.get() or "")
            continue
        key, lasts = step
        outbox.put(str(number), key, lasting=lasts)
        if lasts or key is None:
            lasting.append(str(number))
        if key is not None:
            newest[key] = str(number)
    sent = [frame for frame in sent + await drained(outbox) if frame.isdecimal()]
    assert sent == sorted(sent, key=int)
    assert [frame for frame in sent if frame in lasting] == lasting
    assert set(newest.values()) <= set(sent)


async def test_a_peer_too_many_frames_behind_is_given_up() -> None:
    outbox = Outbox(limit=3, patience_s=1000)
    told: list[str] = []
    outbox.on_give_up = lambda: told.append("given up")
    for frame in "abc":
        outbox.put(frame)
    assert not gave_up(outbox)
    outbox.put("d")
    outbox.put("e")
    assert gave_up(outbox)
    assert told == ["given up"]
    assert await drained(outbox) == ["a", "b", "c", "d"]


async def test_superseded_frames_do_not_count() -> None:
    outbox = Outbox(limit=2, patience_s=1000)
    for number in range(100):
        outbox.put(f"a {number}", key="a")
        outbox.put(f"b {number}", key="b")
    assert not gave_up(outbox)
    assert await drained(outbox) == ["a 99", "b 99"]


async def test_a_peer_too_long_behind_is_given_up(clock: Clock) -> None:
    outbox = Outbox(limit=1000, patience_s=15)
    outbox.put("a")
    clock.now += 15
    outbox.put("b")
    assert not gave_up(outbox)
    clock.now += 0.1
    outbox.put("c")
    assert gave_up(outbox)


async def test_replacing_a_frame_buys_no_time(clock: Clock) -> None:
    outbox = Outbox(limit=1000, patience_s=15)
    for _ in range(16):
        outbox.put("the newest", key=1)
        clock.now += 1
    assert not gave_up(outbox)
    outbox.put("the newest", key=1)
    assert gave_up(outbox)


async def test_a_peer_that_reads_has_all_the_time(clock: Clock) -> None:
    outbox = Outbox(limit=1000, patience_s=15)
    for _ in range(50):
        outbox.put("the newest", key=1)
        clock.now += 10
        assert await outbox.get() == "the newest"
    assert not gave_up(outbox)


async def test_silence_is_no_delay(clock: Clock) -> None:
    outbox = Outbox(limit=1000, patience_s=15)
    outbox.put("a")
    await outbox.get()
    clock.now += 1000
    outbox.put("b")
    assert not gave_up(outbox)


async def test_a_closed_outbox_takes_nothing_more() -> None:
    outbox = roomy()
    outbox.put("before")
    outbox.close(Replaced("by somebody"))
    outbox.put("after", lasting=True)
    assert await drained(outbox) == ["before"]


async def test_the_first_reason_to_close_counts() -> None:
    outbox = roomy()
    outbox.close(reason := Replaced("by somebody"))
    outbox.close(Restarting("the server"))
    assert outbox.closing is reason


async def test_who_waits_is_woken_by_a_frame() -> None:
    outbox = roomy()
    waiting = asyncio.create_task(outbox.get())
    await asyncio.sleep(0)
    assert not waiting.done()
    outbox.put("a")
    assert await asyncio.wait_for(waiting, 1) == "a"


async def test_who_waits_is_woken_by_the_end() -> None:
    outbox = roomy()
    waiting = asyncio.create_task(outbox.get())
    await asyncio.sleep(0)
    outbox.close(Restarting("the server"))
    assert await asyncio.wait_for(waiting, 1) is None


async def test_all_can_be_taken_at_once() -> None:
    outbox = roomy()
    outbox.put("a")
    outbox.put("b", key=1)
    assert outbox.take_all() == ["a", "b"]
    assert outbox.take_all() == []
    outbox.put("c", key=1)
    assert outbox.take_all() == ["c"]


async def test_what_nothing_waits_before_is_written_on_the_spot() -> None:
    outbox = roomy()
    written: list[str] = []
    keeps_up = True

    def write(frame: str) -> bool:
        if keeps_up:
            written.append(frame)
        return keeps_up

    outbox.write = write
    outbox.put("before anybody asks")
    assert await outbox.get() == "before anybody asks"
    asked = asyncio.create_task(outbox.get())
    await asyncio.sleep(0)
    outbox.put("a", "key")
    outbox.put("b", "key")
    assert written == ["a", "b"]
    keeps_up = False
    outbox.put("c", "key")
    keeps_up = True
    outbox.put("d")
    assert written == ["a", "b"]
    assert [await asked, await outbox.get()] == ["c", "d"]


async def test_nobody_is_written_to_who_does_not_ask_any_more() -> None:
    outbox = roomy()
    outbox.write = lambda _frame: pytest.fail("written")
    asked = asyncio.create_task(outbox.get())
    await asyncio.sleep(0)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    outbox.put("a")
    assert outbox.take_all() == ["a"]
