"""`rtt listen`: live captions in a terminal."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from rtt.cli.logs import configure_logs
from rtt.cli.options import Json, StabilityOption, TokenOption, Url
from rtt.client import listen as listen_to
from rtt.protocol import Cancel, Caption, Clear, Ready, Stability, Status, encode

Messages = AsyncIterator[Ready | Caption | Cancel | Clear | Status]


def listen(
    room: Annotated[str, typer.Argument(help="The room's name.")],
    lang: Annotated[list[str] | None, typer.Option(help="Language to read; may be given several times.")] = None,
    stability: StabilityOption = Stability.STEADY,
    url: Url = "ws://127.0.0.1:8000",
    token: TokenOption = "",
    json: Json = False,
) -> None:
    """Print a room's captions as they come."""
    configure_logs(verbose=False)
    messages = listen_to(url, room, lang or [], stability=stability, token=token)
    asyncio.run(_print(messages) if json else _show(messages, tag=len(lang or []) > 1))


async def _print(messages: Messages) -> None:
    async for message in messages:
        typer.echo(encode(message))


async def _show(messages: Messages, *, tag: bool) -> None:
    """Keep what is open at the bottom, and let what is finished scroll away above it."""
    console = Console()
    still_open: dict[tuple[str, int], Caption] = {}
    with Live(console=console, auto_refresh=False, transient=True) as live:
        async for message in messages:
            match message:
                case Ready():
                    if message.gap:
                        console.print("… some captions were missed …", style="dim")
                case Caption() if message.final:
                    still_open.pop((message.lang, message.segment), None)
                    console.print(_painted(message, tag=tag))
                case Caption():
                    still_open[message.lang, message.segment] = message
                case Cancel():
                    still_open.pop((message.lang, message.segment), None)
                case Clear():
                    still_open.clear()
                    console.rule(" – ".join(filter(None, (message.title, message.speaker))), style="dim")
            live.update(Group(*(_painted(c, tag=tag) for c in still_open.values())), refresh=True)


def _painted(caption: Caption, *, tag: bool) -> Text:
    prefix = f"{caption.lang}  " if tag else ""
    return Text.assemble((prefix, "dim"), caption.stable, (caption.tentative, "dim italic"))
