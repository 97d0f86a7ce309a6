"""`rtt transcript`: what was said in a room, as a file."""

from typing import Annotated
from urllib.parse import urlencode

import typer

from rtt.cli.options import TokenOption, Url
from rtt.http_client import fetch
from rtt.protocol import decode_room
from rtt.transcript.formats import Format


def transcript(
    room: Annotated[str, typer.Argument(help="The room's name.")],
    lang: Annotated[list[str] | None, typer.Option(help="Language; several give a file of all of them.")] = None,
    talk: Annotated[int | None, typer.Option(min=1, help="Which talk of the room; without it the newest.")] = None,
    format: Annotated[Format, typer.Option(help="What to print.")] = Format.VTT,  # noqa: A002 - the option's name
    url: Url = "ws://127.0.0.1:8000",
    token: TokenOption = "",
) -> None:
    """Print what was said in a room, as subtitles, text or JSON."""
    query = urlencode({"lang": ",".join(lang or []), "talk": talk or ""})
    path = f"/v1/rooms/{decode_room(room)}/transcript.{format}?{query}"
    typer.echo(fetch(url, path, token), nl=False)
