"""What a server says of itself over HTTP: its models and its measurements."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from rtt.catalog import Catalog
from rtt.endpoints.door import Door
from rtt.endpoints.offer import models_of
from rtt.engine import Engine
from rtt.metrics import Metrics


class About:
    """Answers for a server with some models, an engine that runs them, and what is measured."""

    def __init__(self, catalog: Catalog, engine: Engine, metrics: Metrics, door: Door) -> None:
        self._catalog = catalog
        self._engine = engine
        self._metrics = metrics
        self._door = door

    def routes(self) -> list[BaseRoute]:
        """Return the way to each answer."""
        return [
            Route("/v1/models", self._models),
            Route("/metrics", self._measured),
        ]

    async def _models(self, _request: Request) -> Response:
        models = models_of(self._catalog, self._engine.prefills(), self._engine.memory().sizes)
        return Response(orjson.dumps({"models": models}), media_type="application/json")

    async def _measured(self, request: Request) -> Response:
        self._door.admit_watcher(request)
        return Response(self._metrics.text(), headers={"content-type": self._metrics.content_type})
