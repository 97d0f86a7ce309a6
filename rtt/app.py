"""The application: routes, pages, lifespan."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from rtt.auth import Auth
from rtt.catalog import Catalog
from rtt.config import Config, bundled
from rtt.door import Door
from rtt.doorkeeper import Doorkeeper, handle_error
from rtt.engine import Engine
from rtt.errors import WireError
from rtt.headers import Headers
from rtt.invitations import Invitations
from rtt.metrics import MeasuredEngine, Metrics
from rtt.offer import models_of
from rtt.rooms import Rooms
from rtt.sockets import Sockets

# Each has a folder of its name under web/.
_PAGES = ("speak", "captions", "display")


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
    door = Door(config, auth or Auth())
    sockets = Sockets(rooms, config, door, metrics)
    invitations = Invitations(rooms, config, door)
    metrics.watch(rooms=rooms.__len__, readers=rooms.readers, unwritten=rooms.unwritten, load=lambda: engine.load)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        ticking = asyncio.create_task(rooms.run())
        yield
        ticking.cancel()

    async def models(_request: Request) -> Response:
        return _json({"models": models_of(catalog, engine.prefills())})

    async def measured(_request: Request) -> Response:
        return Response(metrics.text(), headers={"content-type": metrics.content_type})

    async def live(_request: Request) -> Response:
        return _json({"status": "live"})

    async def ready(_request: Request) -> Response:
        return _json({"status": "ready" if engine.ready else "loading"}, 200 if engine.ready else 503)

    app = Starlette(
        routes=[
            WebSocketRoute("/v1/translate", sockets.translate),
            WebSocketRoute("/v1/rooms/{room}/speak", sockets.speak),
            WebSocketRoute("/v1/rooms/{room}/listen", sockets.listen),
            Route("/v1/rooms", invitations.make, methods=["POST"]),
            Route("/v1/models", models),
            Route("/metrics", measured),
            Route("/health/live", live),
            Route("/health/ready", ready),
            Route("/", _page("start")),
            *(Route(f"/{page}/{{room}}", _page(page)) for page in _PAGES),
            *(
                Mount(f"/static/{name}", StaticFiles(directory=bundled("web") / name))
                for name in ("lib", "start", *_PAGES)
            ),
        ],
        middleware=[
            Middleware(Headers),
            Middleware(Doorkeeper, door),
            Middleware(
                CORSMiddleware,
                allow_origins=config.origins,
                allow_headers=["Authorization"],
                allow_methods=["GET", "POST"],
            ),
        ],
        exception_handlers={WireError: handle_error},
        lifespan=lifespan,
    )
    app.state.rooms = rooms
    return app


def _json(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


def _page(name: str) -> Callable[[Request], Awaitable[Response]]:
    path = bundled("web") / name / "index.html"

    async def page(_request: Request) -> Response:
        return FileResponse(path)

    return page
