"""`rtt translate`: text to text, without a server."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from rtt import text as text_rules
from rtt.audience import Reader
from rtt.cli.engine import build_engine
from rtt.cli.logs import configure_logs
from rtt.cli.options import ComputeType, DeviceOption, Models, StabilityOption, Workers
from rtt.config import Config, make_config
from rtt.errors import TranslationError
from rtt.metrics import Metrics
from rtt.outbox import Outbox
from rtt.protocol import EVERYBODY_TYPES, Caption, Final, Partial, Stability, decode
from rtt.room import Room


def translate(
    texts: Annotated[list[str] | None, typer.Argument(help="What to translate; without, stdin line by line.")] = None,
    source: Annotated[str, typer.Option(help="Language of the text.")] = "en",
    target: Annotated[str, typer.Option(help="Language to translate to.")] = "de",
    partials: Annotated[bool, typer.Option("--partials", help="Show how captions would evolve, word by word.")] = False,
    stability: StabilityOption = Stability.STEADY,
    models: Models = None,
    device: DeviceOption = None,
    compute_type: ComputeType = None,
    workers: Workers = None,
) -> None:
    """Translate arguments, or stdin to stdout, a line in and a line out."""
    config = make_config(
        {"models": models, "device": device, "compute_type": compute_type, "workers": workers, "source": source}
    )
    configure_logs(verbose=False)
    lines = texts or (line.rstrip("\n") for line in sys.stdin)
    if not asyncio.run(_translate(config, lines, target, stability if partials else None)):
        raise typer.Exit(1)


async def _translate(config: Config, lines: Iterable[str], target: str, partials: Stability | None) -> bool:
    """Translate each line, and return whether all could be."""
    good = True
    async with _room(config, target, partials or Stability.FINAL) as (room, outbox):
        for number, line in enumerate(lines, 1):
            try:
                if partials:
                    await _evolve(room, outbox, line)
                else:
                    typer.echo(await _line(room, outbox, line))
            except (ValueError, TranslationError) as error:
                typer.echo(f"rtt: line {number}: {error}", err=True)
                typer.echo("")
                good = False
    return good


@asynccontextmanager
async def _room(config: Config, target: str, stability: Stability) -> AsyncIterator[tuple[Room, Outbox]]:
    """Open a room of one, without a server: what it shows is what readers would see."""
    catalog, engine = build_engine(config)
    source, target = catalog.resolve(config.source), catalog.resolve(target)
    outbox = Outbox(limit=config.outbox_limit, patience_s=float("inf"))
    room = Room("translate", source, catalog, engine, config, Metrics())
    room.join(Reader(outbox, (target,), stability))
    await engine.start(*room.routes())
    try:
        yield room, outbox
    finally:
        room.close()
        await engine.stop()


async def _line(room: Room, outbox: Outbox, line: str) -> str:
    """Translate a line as finished sentences."""
    if not line.strip():
        return ""
    room.receive(Final(line))
    await room.caught_up()
    finals = [caption.stable for caption in _captions(outbox) if caption.final]
    if not finals:
        raise TranslationError("the model made nothing of it")
    return text_rules.join(finals)


async def _evolve(room: Room, outbox: Outbox, line: str) -> None:
    """Show the captions of a line that is spoken word by word."""
    words = text_rules.units(text_rules.normalise(line))
    shown: dict[int, Caption] = {}
    console = Console()
    with Live(console=console, auto_refresh=False) as live:
        for count in range(1, len(words) + 1):
            spoken = "".join(words[:count])
            room.receive(Final(spoken) if count == len(words) else Partial(spoken))
            await room.caught_up()
            shown |= {caption.segment: caption for caption in _captions(outbox)}
            if console.is_terminal:
                live.update(Text.assemble((spoken, "dim"), "\n", _painted(shown.values())), refresh=True)
            else:
                console.print(f"{spoken}  →", _painted(shown.values()), soft_wrap=True)


def _painted(captions: Iterable[Caption]) -> Text:
    return Text(" ").join(Text.assemble(c.stable, (c.tentative, "dim italic")) for c in captions)


def _captions(outbox: Outbox) -> list[Caption]:
    messages = [decode(frame, EVERYBODY_TYPES) for frame in outbox.take_all()]
    return [message for message in messages if isinstance(message, Caption)]
