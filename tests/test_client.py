"""The Python client over real sockets that break."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from rtt.client import listen, speak
from rtt.errors import ServerError, Unreachable
from rtt.protocol import Caption, Ready, Stability
from tests.conftest import PATIENCE_S, Service, serving
from tests.proxy import Proxy, proxying
from tests.scripted import ScriptedEngine, scripted_catalog, shout


@pytest.fixture
async def proxy(service: Service) -> AsyncIterator[Proxy]:
    async with proxying(service.url) as it:
        yield it


async def finals_until(url: str, last: str, heard: list[str], *, greeted: asyncio.Event | None = None) -> None:
    """Collect the finals of a room into `heard` until one says `last`."""
    async with asyncio.timeout(PATIENCE_S):
        async for message in listen(url, "hall", ["de"], stability=Stability.FAST):
            if isinstance(message, Ready) and greeted:
                greeted.set()
            if isinstance(message, Caption) and message.final:
                heard.append(message.stable)
                if message.stable == last:
                    return


async def test_what_is_spoken_is_heard(service: Service) -> None:
    heard: list[str] = []
    greeted = asyncio.Event()
    listening = asyncio.create_task(finals_until(service.url, "TWO.", heard, greeted=greeted))
    await greeted.wait()
    async with speak(service.ws, "hall", source="en", targets=["de"]) as speaker:
        speaker.partial("one")
        speaker.final("One.")
        speaker.partial("oops")
        await speaker.acknowledged()
        speaker.cancel()
        speaker.final("Two.")
    await listening
    assert heard == ["ONE.", "TWO."]
    assert speaker.rejected == []


async def test_a_listener_that_is_cut_off_hears_each_final_once(service: Service, proxy: Proxy) -> None:
    heard: list[str] = []
    greeted = asyncio.Event()
    url = f"http://127.0.0.1:{proxy.port}"
    listening = asyncio.create_task(finals_until(url, "THE END.", heard, greeted=greeted))
    await greeted.wait()
    async with speak(service.url, "hall", source="en") as speaker:
        for number in range(60):
            speaker.partial(f"number {number}")
            speaker.final(f"Number {number}.")
            if number % 20 == 10:
                proxy.cut()
            await asyncio.sleep(0.01)
        speaker.final("The end.")
    await listening
    assert heard == [*(f"NUMBER {n}." for n in range(60)), "THE END."]
    assert proxy.cuts == 3


async def test_a_speaker_that_is_cut_off_loses_and_doubles_nothing(service: Service, proxy: Proxy) -> None:
    heard: list[str] = []
    greeted = asyncio.Event()
    listening = asyncio.create_task(finals_until(service.url, "THE END.", heard, greeted=greeted))
    await greeted.wait()
    async with speak(f"ws://127.0.0.1:{proxy.port}", "hall", source="en") as speaker:
        for number in range(60):
            speaker.partial(f"number {number}")
            await asyncio.sleep(0.01)
            speaker.final(f"Number {number}.")
            if number % 20 == 10:
                proxy.cut()
        speaker.final("The end.")
    await listening
    assert heard == [*(f"NUMBER {n}." for n in range(60)), "THE END."]
    assert speaker.reconnects >= 1


async def test_the_open_partial_is_sent_again_after_a_cut(service: Service, proxy: Proxy) -> None:
    async with service.peer("/v1/rooms/hall/listen?lang=de&stability=fast") as reader:
        async with speak(f"ws://127.0.0.1:{proxy.port}", "hall", source="en") as speaker:
            speaker.partial("good")
            await reader.next(tentative="GOOD")
            proxy.refusing = True
            proxy.cut()
            await reader.next(type="status", speaker="disconnected")
            speaker.partial("good morning")
            proxy.refusing = False
            assert (await reader.next(type="caption"))["segment"] == 1
            speaker.cancel()


async def test_a_server_that_began_anew_means_a_gap() -> None:
    catalog = scripted_catalog(("en", "de"))
    async with serving(ScriptedEngine(shout), catalog) as old, proxying(old.url) as proxy:
        messages = listen(f"http://127.0.0.1:{proxy.port}", "hall", ["de"])
        async with speak(old.url, "hall", source="en") as speaker:
            speaker.final("Before.")
        while not isinstance(message := await anext(messages), Caption):
            continue
        assert message.stable == "BEFORE."
        async with serving(ScriptedEngine(shout), catalog) as new:
            proxy._target = proxy._target[0], int(new.url.rpartition(":")[2])
            proxy.cut()
            async with asyncio.timeout(PATIENCE_S):
                while not isinstance(message := await anext(messages), Ready):
                    continue
            assert message.gap
            assert message.seq == 0
        await messages.aclose()


async def test_what_trying_again_would_not_change_is_raised(service: Service) -> None:
    with pytest.raises(ServerError, match="unsupported_pair: no model from en to xx"):
        await anext(listen(service.url, "hall", ["xx"]))
    with pytest.raises(ServerError, match="unsupported_pair"):
        async with speak(service.url, "hall", source="en", targets=["xx"]) as speaker:
            speaker.final("Hello.")


async def test_a_speaker_that_is_replaced_is_told(service: Service) -> None:
    with pytest.raises(ServerError, match="replaced"):
        async with speak(service.url, "hall", source="en") as first, asyncio.timeout(PATIENCE_S):
            first.final("Hello.")
            await first.acknowledged()
            async with service.peer("/v1/rooms/hall/speak?source=en") as second:
                await second.next(type="ready")
                while True:
                    first.partial("still me")
                    await asyncio.sleep(0.01)


async def test_a_server_that_never_comes_back_is_given_up(service: Service, proxy: Proxy) -> None:
    url = f"http://127.0.0.1:{proxy.port}"
    messages = listen(url, "hall", ["de"], patience_s=0.1)
    await anext(messages)
    with pytest.raises(Unreachable, match=r"no connection for 0\.1 s"):
        async with asyncio.timeout(PATIENCE_S), speak(url, "hall", source="en", patience_s=0.1) as speaker:
            speaker.final("Hello.")
            await speaker.acknowledged()
            proxy.refusing = True
            proxy.cut()
            speaker.final("Anybody there?")
    with pytest.raises(Unreachable):
        while True:
            await anext(messages)


async def test_a_server_that_comes_back_in_time_is_waited_for(service: Service, proxy: Proxy) -> None:
    url = f"http://127.0.0.1:{proxy.port}"
    async with speak(url, "hall", source="en", patience_s=5) as speaker:
        for _ in range(3):
            speaker.final("Hello.")
            await speaker.acknowledged()
            proxy.cut()
    assert speaker.rejected == []


@pytest.mark.parametrize("text", ["a" * 4001, "a\x07"], ids=["too long", "a control character"])
async def test_what_no_server_takes_is_refused_at_once(service: Service, text: str) -> None:
    async with speak(service.url, "hall", source="en") as speaker:
        with pytest.raises(ValueError, match="text"):
            speaker.final(text)
        speaker.final("Fine.")
