"""What a server says of itself over HTTP: its models, its measurements, whether it is up."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from rtt.catalog import Catalog
from rtt.endpoints.offer import models_of
from rtt.engine import Engine
from rtt.metrics import Metrics


class About:
    """Answers for a server with some models, an engine that runs them, and what is measured."""

    def __init__(self, catalog: Catalog, engine: Engine, metrics: Metrics) -> None:
        self._catalog = catalog
        self._engine = engine
        self._metrics = metrics

    def routes(self) -> list[BaseRoute]:
        """Return the way to each answer."""
        return [
            Route("/v1/models", self._models),
            Route("/metrics", self._measured),
            Route("/health/live", self._live),
            Route("/health/ready", self._ready),
        ]

    async def _models(self, _request: Request) -> Response:
        return _json({"models": models_of(self._catalog, self._engine.prefills())})

    async def _measured(self, _request: Request) -> Response:
        return Response(self._metrics.text(), headers={"content-type": self._metrics.content_type})

    async def _live(self, _request: Request) -> Response:
        return _json({"status": "live"})

    async def _ready(self, _request: Request) -> Response:
        ready = self._engine.ready
        return _json({"status": "ready" if ready else "loading"}, 200 if ready else 503)


def _json(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")
