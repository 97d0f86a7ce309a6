"""Measures a page for readers in Chromium, on a processor that is slowed down like a phone's.

    .venv/bin/python -m tests.e2e.measure_pages [--page captions] [--json] [--slowdown 4] [--updates 10800]

| measure | what it is |
|---|---|
| weight | bytes over the network until the page is connected, heads too, fonts apart; and how many files |
| opened | from the navigation until it is connected, or has its screen |
| on screen | from a caption's arrival in the page until the frame that shows it has been painted |
| heap, nodes | after garbage collection, at each quarter of an hour of 3 updates a second, fed as fast as they go |
| frame | time between frames while it is scrolled, 6,000 pixels a second, and captions go on coming |
"""

import argparse
import asyncio
import json
import logging
import statistics
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from playwright.async_api import CDPSession, Page, async_playwright
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.conftest import Peer, Service, serving
from tests.e2e.conftest import launch
from tests.e2e.weight import weigh
from tests.scripted import ScriptedEngine, scripted_catalog, shout

SENTENCE = "and so the speaker goes on to say what there is to say about the matter at hand"
WORDS = SENTENCE.split()
"""It is said in as many updates, which takes about five seconds."""
# Each page, and what it has as soon as it reads.
PAGES = {
    "captions": ("captions/hall?lang=en&stability=fast", "#state[data-phase=open]"),
    "display": ("display/hall?lang=en&stability=fast&pace=0", "#state[data-phase=open]"),
    "overlay": ("overlay/hall?lang=en&stability=fast&pace=0", ".screen"),
}
# Notes when a caption comes, and when the frame after it has been painted.
PROBE = """(() => {
  const Real = WebSocket;
  const { port1, port2 } = new MessageChannel();
  window.painted = [];
  port1.onmessage = ({ data: at }) => window.painted.push(Math.round(performance.now() - at));
  window.WebSocket = class extends Real {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (!data.startsWith('{"type":"caption"')) return;
        const at = performance.now();
        requestAnimationFrame(() => requestAnimationFrame(() => port2.postMessage(at)));
      });
    }
  };
})()"""
# Scrolls back as fast as a finger flicks, and to the end again; returns the time between frames.
SCROLL = """async () => {
  const box = document.querySelector("#scroller, #screens");
  const frames = [];
  let last = await new Promise(requestAnimationFrame);
  for (const way of [-1, 1]) {
    for (let step = 0; step < 200; step++) {
      box.scrollBy(0, way * 100);
      const now = await new Promise(requestAnimationFrame);
      frames.push(now - last);
      last = now;
    }
  }
  return frames;
}"""


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", choices=PAGES, default="captions", help="which page")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--slowdown", type=float, default=4, help="how many times slower the processor is made")
    parser.add_argument("--updates", type=int, default=10_800, help="captions of the hour")
    options = parser.parse_args()
    # Stdout is for what was found.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    async with serving(
        ScriptedEngine(shout), scripted_catalog(("en", "de")), messages_per_s=0, characters_per_s=0
    ) as service:
        async with opened(service, options) as (page, session, found), talk(service) as (speaker, reader):
            found["on_screen_ms"] = await on_screen(page, speaker, reader, 0)
            found.update(await an_hour(page, session, speaker, reader, options.updates))
            found["on_screen_later_ms"] = await on_screen(page, speaker, reader, 10_000)
    if options.json:
        print(json.dumps(found))  # noqa: T201 - what the command is for
    else:
        Console().print(table(found, options))


@asynccontextmanager
async def opened(
    service: Service, options: argparse.Namespace
) -> AsyncIterator[tuple[Page, CDPSession, dict[str, Any]]]:
    """Open the page; what it weighed and took is the third."""
    path, sign = PAGES[options.page]
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        await page.add_init_script(PROBE)
        session = await page.context.new_cdp_session(page)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": options.slowdown})
        async with weigh(page) as loaded:
            await page.goto(f"{service.url}/{path}")
            await page.wait_for_selector(sign, state="attached")
            took = await page.evaluate("performance.now()")
        light = {path: size for path, size in loaded.items() if not path.endswith(".woff2")}
        yield page, session, {"weight_bytes": sum(light.values()), "files": len(light), "opened_ms": round(took)}
        await browser.close()


@asynccontextmanager
async def talk(service: Service) -> AsyncIterator[tuple[Peer, Peer]]:
    """A speaker, and a reader that tells what has been captioned."""
    async with service.peer("/v1/rooms/hall/listen?lang=en&stability=fast") as reader:
        await reader.next(type="ready")
        async with service.peer("/v1/rooms/hall/speak?source=en") as speaker:
            yield speaker, reader


async def say(speaker: Peer, reader: Peer, number: int, count: int) -> None:
    """Say the first `count` words of a numbered sentence, and wait until they are captioned."""
    text = f"{number}: {' '.join(WORDS[:count])}"
    final = count == len(WORDS)
    await speaker.send({"type": "final" if final else "partial", "text": text + "." * final, "utterance": number})
    await reader.next(type="caption", final=final)
    reader.seen.clear()


async def on_screen(page: Page, speaker: Peer, reader: Peer, first: int) -> list[int]:
    """Return how many milliseconds each of some captions took, which come one by one in sentences from `first` on."""
    before = await page.evaluate("painted.length")
    for number in range(first, first + 20):
        for count in (5, len(WORDS)):
            await say(speaker, reader, number, count)
            await asyncio.sleep(0.3)
    painted: list[int] = await page.evaluate("painted")
    return painted[before:]


async def an_hour(page: Page, session: CDPSession, speaker: Peer, reader: Peer, updates: int) -> dict[str, Any]:
    quarters = {updates * quarter // 4 for quarter in range(1, 5)}
    memory = [await memory_of(session)]
    for at in track(range(1, updates + 1), "an hour of captions", console=Console(stderr=True)):
        await say(speaker, reader, 1000 + at // len(WORDS), at % len(WORDS) + 1)
        if at in quarters:
            await page.wait_for_function("count => painted.length >= count", arg=at)
            memory.append(await memory_of(session))
    going_on = asyncio.create_task(keep_talking(speaker, reader))
    frames: list[float] = await page.evaluate(SCROLL)
    going_on.cancel()
    return {
        "updates": updates,
        "segments": await page.locator(".row").count(),
        "heap_bytes": [heap for heap, _ in memory],
        "nodes": [nodes for _, nodes in memory],
        "frame_p50_ms": round(statistics.median(frames), 1),
        "frame_p95_ms": round(statistics.quantiles(frames, n=20)[-1], 1),
        "frame_max_ms": round(max(frames), 1),
    }


async def memory_of(session: CDPSession) -> tuple[int, int]:
    await session.send("HeapProfiler.collectGarbage")
    heap = await session.send("Runtime.getHeapUsage")
    counters = await session.send("Memory.getDOMCounters")
    return round(heap["usedSize"]), counters["nodes"]


async def keep_talking(speaker: Peer, reader: Peer) -> None:
    for number in range(9000, 9999):
        for count in range(1, len(WORDS) + 1):
            await say(speaker, reader, number, count)
            await asyncio.sleep(1 / 3)


def table(found: dict[str, Any], options: argparse.Namespace) -> Table:
    shown = Table("measure", "value", title=f"{options.page}, processor {options.slowdown:g} times slower")
    for row in rows(found):
        shown.add_row(*row)
    return shown


def rows(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "weight", f"{found['weight_bytes'] / 1000:.1f} KB in {found['files']} files"
    yield "opened", f"{found['opened_ms']} ms"
    yield "first caption on screen", f"{found['on_screen_ms'][0]} ms"
    for when, name in (("caption on screen", "on_screen_ms"), ("the same after the hour", "on_screen_later_ms")):
        yield when, f"{statistics.median(found[name]):.0f} ms (median), {max(found[name])} ms (slowest)"
    yield f"heap over {found['updates']} updates", " → ".join(f"{b / 1e6:.1f}" for b in found["heap_bytes"]) + " MB"
    yield f"nodes, {found['segments']} sentences", " → ".join(map(str, found["nodes"]))
    yield "frame", f"{found['frame_p50_ms']} ms (median), {found['frame_p95_ms']} ms (p95), {found['frame_max_ms']} ms"


if __name__ == "__main__":
    asyncio.run(main())
