"""The application: routes, pages, lifespan."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
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
from rtt.events import EventFormat
from rtt.headers import Headers
from rtt.invitations import Invitations
from rtt.live_vtt import LiveVtt
from rtt.metrics import MeasuredEngine, Metrics
from rtt.offer import models_of
from rtt.rooms import Rooms
from rtt.shell import worker_script
from rtt.sockets import Sockets
from rtt.streams import Streams
from rtt.transcripts_http import Transcripts

# Each has a folder of its name under web/.
_PAGES = ("speak", "captions", "display", "overlay", "operator")
# Folders under web/ that pages share.
_SHARED = ("fonts", "i18n", "icons", "lib", "start", "vendor")

# Nobody's secrets are in these: their length tells nothing.
_COMPRESSED = (Middleware(GZipMiddleware, compresslevel=6),)


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

    async def measured(request: Request) -> Response:
        door.admit_watcher(request)
        return Response(metrics.text(), headers={"content-type": metrics.content_type})

    script = worker_script(bundled("web"))

    async def worker(_request: Request) -> Response:
        return Response(script, media_type="text/javascript")

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
            Route("/v1/rooms/{room}/events", Streams(rooms, config, door, metrics, EventFormat), methods=["GET"]),
            Route("/v1/rooms/{room}/live.vtt", Streams(rooms, config, door, metrics, LiveVtt), methods=["GET"]),
            Route("/v1/rooms/{room}/transcript.{format}", Transcripts(rooms, door).get),
            Route("/v1/models", models),
            Route("/metrics", measured),
            Route("/health/live", live),
            Route("/health/ready", ready),
            Route("/worker.js", worker, middleware=_COMPRESSED),
            Route("/", _page("start"), middleware=_COMPRESSED),
            *(Route(f"/{page}/{{room}}", _page(page), middleware=_COMPRESSED) for page in _PAGES),
            *(
                Mount(f"/static/{name}", StaticFiles(directory=bundled("web") / name), middleware=_COMPRESSED)
                for name in (*_SHARED, *_PAGES)
            ),
        ],
        middleware=[
            Middleware(Headers),
            Middleware(Doorkeeper, door),
            Middleware(
                CORSMiddleware,
                allow_origins=config.origins,
                allow_headers=["Authorization", "Last-Event-ID"],
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
