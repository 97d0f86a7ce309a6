"""`rtt transcript`: what was said in a room, as a file."""

from typing import Annotated
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import msgspec
import typer

from rtt.cli.options import TokenOption, Url
from rtt.errors import ConfigError, ServerError
from rtt.protocol import Error, decode_room
from rtt.transcript.formats import Format

_TIMEOUT_S = 60


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
    typer.echo(_fetch(url, path, token), nl=False)


def _fetch(url: str, path: str, token: str) -> str:
    base = url.rstrip("/").replace("ws", "http", 1) if url.startswith("ws") else url.rstrip("/")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        request = Request(base + path, headers=headers)  # noqa: S310 - whatever the user names
        with urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
            return str(answer.read().decode())
    except HTTPError as refused:
        try:
            error = msgspec.json.decode(refused.read(), type=Error)
        except msgspec.DecodeError:
            raise ServerError(str(refused.code), refused.reason) from None
        raise ServerError(error.code, error.message) from None
    except (URLError, ValueError) as error:
        raise ConfigError(f"url: {url!r}: no rtt answers there: {error}") from None
