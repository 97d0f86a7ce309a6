"""`rtt replay`: act as a speaker from a recorded talk."""

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from rtt.cli.logs import configure_logs
from rtt.cli.options import Json, Room, TokenOption, Url
from rtt.client import Speaker, speak
from rtt.trace import TraceEvent, read_trace


def replay(
    trace: Annotated[Path, typer.Argument(help="A recorded talk (.trace.jsonl).")],
    url: Url = "ws://127.0.0.1:8000",
    room: Room = "main",
    token: TokenOption = "",
    source: Annotated[str, typer.Option(help="Language of the talk.")] = "en",
    target: Annotated[list[str] | None, typer.Option(help="Language to announce; may be given several times.")] = None,
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="How many times as fast as spoken.")] = 1.0,
    json: Json = False,
) -> None:
    """Speak a recorded talk into a room, at its own pace or faster."""
    configure_logs(verbose=False)
    events = read_trace(trace)
    result = asyncio.run(_replay(events, url, room, token, source, target or [], speed, quiet=json))
    if json:
        typer.echo(orjson.dumps(result).decode())
        return
    table = Table(title=f"{trace.name} → {room}")
    for name in result:
        table.add_column(name.replace("_", " "), justify="right")
    table.add_row(*(str(value) for value in result.values()))
    Console().print(table)


async def _replay(
    events: list[TraceEvent],
    url: str,
    room: str,
    token: str,
    source: str,
    targets: list[str],
    speed: float,
    *,
    quiet: bool,
) -> dict[str, int | float]:
    start = time.monotonic()
    async with speak(url, room, source=source, targets=targets, token=token) as speaker:
        with Progress(console=Console(stderr=True), disable=quiet) as progress:
            for event in progress.track(events, description=room):
                await asyncio.sleep(start + event.at_ms / 1000 / speed - time.monotonic())
                _say(speaker, event)
    counts = Counter(event.type for event in events)
    return {
        "partials": counts["partial"],
        "finals": counts["final"],
        "rejected": len(speaker.rejected),
        "reconnects": speaker.reconnects,
        "seconds": round(time.monotonic() - start, 1),
    }


def _say(speaker: Speaker, event: TraceEvent) -> None:
    say = speaker.final if event.type == "final" else speaker.partial
    say(event.text, utterance=event.utterance, start_ms=event.start_ms, end_ms=event.end_ms)
