"""The pages and what they load, from web/."""

from collections.abc import Awaitable, Callable

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from rtt.config import bundled
from rtt.endpoints.shell import worker_script

# Each has a folder of its name under web/.
_PAGES = ("speak", "captions", "display", "overlay", "operator")
# Folders under web/ that pages share.
_SHARED = ("fonts", "i18n", "icons", "lib", "start", "vendor")

# Nobody's secrets are in these: their length tells nothing.
_COMPRESSED = (Middleware(GZipMiddleware, compresslevel=6),)


def page_routes() -> list[BaseRoute]:
    """Return the way to each page, to the files that pages share, and to the service worker."""
    web = bundled("web")
    return [
        Route("/worker.js", _worker(worker_script(web)), middleware=_COMPRESSED),
        Route("/", _page("start"), middleware=_COMPRESSED),
        *(Route(f"/{page}/{{room}}", _page(page), middleware=_COMPRESSED) for page in _PAGES),
        *(
            Mount(f"/static/{name}", StaticFiles(directory=web / name), middleware=_COMPRESSED)
            for name in (*_SHARED, *_PAGES)
        ),
    ]


def _worker(script: bytes) -> Callable[[Request], Awaitable[Response]]:
    async def worker(_request: Request) -> Response:
        # A new one each time: compression changes its headers.
        return Response(script, media_type="text/javascript")

    return worker


def _page(name: str) -> Callable[[Request], Awaitable[Response]]:
    path = bundled("web") / name / "index.html"

    async def page(_request: Request) -> Response:
        return FileResponse(path)

    return page
