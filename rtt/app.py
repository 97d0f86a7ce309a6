"""The application: routes, pages, lifespan."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute

from rtt.auth import Auth
from rtt.catalog import Catalog
from rtt.config import Config
from rtt.endpoints.about import About
from rtt.endpoints.door import Door
from rtt.endpoints.doorkeeper import Doorkeeper, handle_error
from rtt.endpoints.events import EventFormat
from rtt.endpoints.headers import Headers
from rtt.endpoints.health import Health
from rtt.endpoints.live_vtt import LiveVtt
from rtt.endpoints.pages import page_routes
from rtt.endpoints.sockets import Sockets
from rtt.endpoints.streams import Streams
from rtt.endpoints.transcripts import Transcripts
from rtt.engine import Engine
from rtt.errors import WireError
from rtt.invitations import Invitations
from rtt.metrics import MeasuredEngine, Metrics
from rtt.rooms import Rooms


def create_app(
    config: Config,
    catalog: Catalog,
    engine: Engine,
    auth: Auth | None = None,
    make_rooms: Callable[[Catalog, Engine, Config, Metrics], Rooms] = Rooms,
) -> Starlette:
    """Build the service over an engine; without `auth` everybody may do everything.

    `app.state.rooms` holds its rooms; close them before the server stops.
    """
    metrics = Metrics()
    rooms = make_rooms(catalog, MeasuredEngine(engine, metrics), config, metrics)
    metrics.watch(
        rooms=rooms.__len__,
        readers=rooms.readers,
        unwritten=rooms.unwritten,
        load=lambda: engine.load,
        memory=engine.memory,
    )
    if config.transcripts:
        metrics.watch_transcripts(rooms.free_bytes)
    door = Door(config, auth or Auth())

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        ticking = asyncio.create_task(rooms.run())
        yield
        ticking.cancel()

    app = Starlette(
        routes=[
            *_room_routes(rooms, config, door, metrics),
            *About(catalog, engine, metrics, door).routes(),
            *Health(engine, rooms, config, door).routes(),
            *page_routes(),
        ],
        middleware=[Middleware(Headers), Middleware(Doorkeeper, door), _other_origins(config)],
        exception_handlers={WireError: handle_error},
        lifespan=lifespan,
    )
    app.state.rooms = rooms
    return app


def _room_routes(rooms: Rooms, config: Config, door: Door, metrics: Metrics) -> list[BaseRoute]:
    """Return the ways to speak and to read."""
    sockets = Sockets(rooms, config, door, metrics)
    return [
        WebSocketRoute("/v1/translate", sockets.translate),
        WebSocketRoute("/v1/rooms/{room}/speak", sockets.speak),
        WebSocketRoute("/v1/rooms/{room}/listen", sockets.listen),
        Route("/v1/rooms", Invitations(rooms, config, door).make, methods=["POST"]),
        Route("/v1/rooms/{room}/events", Streams(rooms, config, door, metrics, EventFormat), methods=["GET"]),
        Route("/v1/rooms/{room}/live.vtt", Streams(rooms, config, door, metrics, LiveVtt), methods=["GET"]),
        Route("/v1/rooms/{room}/transcript.{format}", Transcripts(rooms, door).get),
    ]


def _other_origins(config: Config) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=config.origins,
        allow_headers=["Authorization", "Last-Event-ID"],
        allow_methods=["GET", "POST"],
    )
