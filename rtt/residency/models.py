"""Models in memory: loaded when somebody needs them, unloaded when nobody does, replaced when there is a new version.

Who needs a model waits for it; a load that fails is tried again, at longer and longer intervals. A new version is
loaded beside the old one, which answers until the new one has been checked, and is dropped after its last job.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain

import structlog

from rtt.catalog import Catalog, Model
from rtt.engine import ModelMemory
from rtt.errors import ModelError
from rtt.residency.loader import Loader
from rtt.residency.residents import Resident, idle, surplus
from rtt.route import models_in

_log = structlog.get_logger(__name__)

# How long after a load that failed, and how many times that is doubled.
_RETRY_S = 1.0
_MAX_DOUBLINGS = 6


@dataclass(slots=True)
class _Place:
    """Where a model is, or would be."""

    resident: Resident | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    loading: asyncio.Task[None] | None = None
    failure: str = ""
    """Why the last load failed, if it did."""
    failures: int = 0
    """How many did in a row."""
    retry_at: float = 0.0


class ResidentModels:
    """The models of a catalogue that are in memory."""

    def __init__(self, loader: Loader, catalog: Catalog, *, budget: int, idle_s: float) -> None:
        """`budget`: bytes that all may take; `idle_s`: after which one that nobody has open is unloaded, 0: never."""
        self._loader = loader
        self._catalog = catalog
        self._budget = budget
        self._idle_s = idle_s
        self._places: defaultdict[str, _Place] = defaultdict(_Place)
        self._unloads = 0

    async def load(self, routes: Iterable[str]) -> None:
        """Load the models of some routes, which stay for good. Raises ModelError."""
        for name in dict.fromkeys(chain.from_iterable(map(models_in, routes))):
            place = self._places[name]
            self._load_if_due(name)
            if place.loading:
                await asyncio.wait([place.loading])
            if place.resident is None:
                raise ModelError(place.failure)
            place.resident.kept = True

    @asynccontextmanager
    async def using(self, route: str) -> AsyncIterator[list[Resident]]:
        """Wait until the models of a route are there, and keep them; yield them in the route's order."""
        used: list[Resident] = []
        try:
            for name in models_in(route):
                used.append(one := await self._arrival(name))
                one.jobs += 1
            yield used
        finally:
            now = self._now()
            for one in used:
                one.jobs -= 1
                one.used_at = now
                self._drop_if_replaced(one)

    def keep(self, routes: Iterable[str]) -> Mapping[str, bool]:
        """Keep the models of some routes for a while, as rtt.engine.Engine has it."""
        missing: dict[str, bool] = {}
        for route in routes:
            for name in models_in(route):
                place = self._places[name]
                if place.resident:
                    place.resident.used_at = self._now()
                else:
                    self._load_if_due(name)
                    missing[route] = missing.get(route, False) or bool(place.failure)
        return missing

    def tick(self) -> None:
        """Unload what nobody needs, or what there is no room for; called from time to time."""
        now = self._now()
        for one in idle(self._residents(), self._idle_s, now):
            self._unload(one, "idle")
        self._make_room()

    def memory(self) -> ModelMemory:
        """Return what is in memory."""
        loader, sizes = self._loader, {one.model.name: one.size for one in self._residents()}
        return ModelMemory(sizes, self._budget, loader.loads, loader.refusals, self._unloads, loader.load_s)

    def close(self) -> None:
        """Load no more, and drop what is there."""
        self._loader.close()

    # What is on the disk.

    async def replace(self, model: Model) -> None:
        """Take it that this is on the disk now: if it is in memory, in another version, that is replaced.

        Raises ModelError where another folder's model has its name.
        """
        self._catalog.check_name(model)
        place = self._places[model.name]
        if place.loading:
            await asyncio.wait([place.loading])
        old = place.resident
        if old is None:
            self._catalog.put(model)
            place.retry_at = 0.0
        elif old.model.version == model.version:
            old.only_copy = False
        else:
            # Until it has been checked, what is in memory may be all there is.
            old.only_copy = True
            try:
                (await self._load(model)).kept = old.kept
            except ModelError as error:
                _log.error("a new version is refused; the old one stays", model=model.name, reason=str(error))
            else:
                self._catalog.put(model)

    def hold(self, name: str) -> None:
        """Take it that what is on the disk cannot be read: what is in memory is the only copy."""
        if old := self._places[name].resident:
            old.only_copy = True

    # Loading.

    async def _arrival(self, name: str) -> Resident:
        place = self._places[name]
        while place.resident is None:
            self._load_if_due(name)
            with suppress(TimeoutError):
                async with asyncio.timeout(_RETRY_S):
                    await place.arrived.wait()
        return place.resident

    def _load_if_due(self, name: str) -> None:
        place = self._places[name]
        if place.loading is None and self._now() >= place.retry_at:
            place.loading = asyncio.create_task(self._try_to_load(name, place))

    async def _try_to_load(self, name: str, place: _Place) -> None:
        try:
            await self._load(self._known(name))
        except ModelError as error:
            wait_s = _RETRY_S * 2 ** min(place.failures, _MAX_DOUBLINGS)
            place.failure = str(error)
            place.failures += 1
            place.retry_at = self._now() + wait_s
            _log.error("a model cannot be loaded", model=name, reason=str(error), again_in_s=wait_s)
        finally:
            place.loading = None

    def _known(self, name: str) -> Model:
        if name not in self._catalog.models:
            raise ModelError(f"there is no model {name} any more")
        return self._catalog.models[name]

    async def _load(self, model: Model) -> Resident:
        """Load a model, which takes over from whatever version of it there is. Raises ModelError."""
        if (over := self._make_room(model.size)) > 0:
            _log.warning("more models are in use than the budget holds", budget=self._budget, bytes=self._budget + over)
        new = await self._loader.load(model)
        place = self._places[model.name]
        old, place.resident = place.resident, new
        place.failure, place.failures = "", 0
        place.arrived.set()
        if old:
            new.loaded_at = old.loaded_at
            self._drop_if_replaced(old)
        return new

    def _make_room(self, wanted: int = 0) -> int:
        """Unload what is idle until all fits: what is there, coming and wanted. Return how many bytes are too many."""
        wanted += self._loader.coming
        for one in surplus(self._residents(), self._budget, self._now(), wanted=wanted):
            self._unload(one, "others need the memory")
        return sum(one.size for one in self._residents()) + wanted - self._budget

    def _unload(self, one: Resident, reason: str) -> None:
        place = self._places[one.model.name]
        place.resident = None
        place.arrived.clear()
        self._unloads += 1
        self._loader.drop(one)
        _log.info("model unloaded", model=one.model.name, reason=reason)

    def _drop_if_replaced(self, one: Resident) -> None:
        current = self._places[one.model.name].resident
        if one is not current and not one.jobs and not (current and current.key == one.key):
            self._loader.drop(one)

    def _residents(self) -> list[Resident]:
        return [place.resident for place in self._places.values() if place.resident]

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
