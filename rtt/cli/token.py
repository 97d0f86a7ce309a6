"""`rtt token`: tokens from the secret, without a server."""

import os
import time
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlencode

import typer

from rtt.auth import Auth, Grant, Role, find_secrets
from rtt.errors import ConfigError
from rtt.protocol import decode_room
from rtt.retention import Retention

_PAGES = {Role.READER: "captions", Role.OPERATOR: "operator", Role.SPEAKER: "speak"}


def token(
    room: Annotated[str | None, typer.Argument(help="The room's name; an organiser needs none.")] = None,
    role: Annotated[Role, typer.Option(help="What its holder may do.")] = Role.READER,
    hours: Annotated[float, typer.Option(min=0.01, help="How long it is good.")] = 168.0,
    link: Annotated[str | None, typer.Option(help="The server's address: print the link to the role's page.")] = None,
    retention_s: Annotated[
        float | None, typer.Option(min=0, help="Keep the room for so many seconds at most once everybody has left.")
    ] = None,
    transcripts: Annotated[bool, typer.Option(help="Whether the room's text may go into files.")] = True,
    private: Annotated[bool, typer.Option("--private", help="Share no answers of the room with other rooms.")] = False,
    secret_file: Annotated[Path | None, typer.Option(envvar="RTT_SECRET_FILE", help="Where the secret is.")] = None,
) -> None:
    """Print a token, made from the secret of RTT_SECRET or of a file."""
    auth = Auth(find_secrets(secret_file, os.environ))
    expires = int(time.time() + hours * 3600)
    if room is None and role is not Role.ORGANISER:
        raise ConfigError(f"room: None: a {role}'s token is for one room; name it")
    name = None if room is None else decode_room(room)
    retention = Retention(retention_s, transcripts, private)
    tokens = {"token": auth.issue(Grant(role, expires, name, retention=retention))}
    if link is None:
        typer.echo(tokens["token"])
        return
    if role in {Role.SPEAKER, Role.OPERATOR}:
        # So that their pages can hand on a link for readers.
        tokens["reader"] = auth.issue(Grant(Role.READER, expires, name, retention=retention))
    typer.echo(f"{link.rstrip('/')}/{_page(role, name)}#{urlencode(tokens)}")


def _page(role: Role, room: str | None) -> str:
    if role is Role.ORGANISER:
        return ""
    return f"{_PAGES[role]}/{quote(room or '')}"
