"""A look into a room, beside whoever is in it: nobody is replaced."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from rtt.connection import connected_once, messages
from rtt.errors import ServerError, Unreachable
from rtt.protocol import Error, Glossary, Ping, Pong, Ready, Status, Term, encode

PATIENCE_S = 15.0
"""How long a server may take to say its first words."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a peer is told that comes into a room."""

    ready: Ready
    status: Status | None = None
    terms: tuple[Term, ...] = ()
    """The glossary in force; told to operators only."""


async def look_into(url: str, path: str, query: Mapping[str, str], token: str) -> Visit:
    """Connect to a socket, and take what it says of its own accord. Raises ServerError, Unreachable."""
    ready: Ready | None = None
    status: Status | None = None
    terms: tuple[Term, ...] = ()
    async with connected_once(url, path, query, token) as connection, asyncio.timeout(PATIENCE_S):
        async for message in messages(connection):
            match message:
                case Ready():
                    ready = message
                    # Its answer comes after all that a newcomer is told.
                    await connection.send(encode(Ping(0)))
                case Status():
                    status = message
                case Glossary():
                    terms = tuple(message.terms)
                case Error():
                    raise ServerError(message.code, message.message)
                case Pong() if ready:
                    return Visit(ready, status, terms)
    raise Unreachable("the server closed the socket without a word")
