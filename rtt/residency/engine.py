"""The engine of a server: a scheduler whose models come and go (see rtt.residency.models)."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import structlog

from rtt.catalog import Catalog
from rtt.engine import Hypothesis, Job, JobSource, ModelMemory
from rtt.errors import ModelError
from rtt.protocol import Load
from rtt.residency.models import ResidentModels
from rtt.residency.watch import Change, ModelWatch
from rtt.route import with_models, without_version
from rtt.scheduler import Scheduler

_log = structlog.get_logger(__name__)

_TICK_S = 1.0
_LOOK_S = 2.0


class ResidentEngine:
    """Translates as soon as the models of a job are in memory."""

    def __init__(
        self, scheduler: Scheduler, models: ResidentModels, catalog: Catalog, watch: ModelWatch, preload: Sequence[str]
    ) -> None:
        """`preload`: the models that are loaded at the start, and stay."""
        self._scheduler = scheduler
        self._models = models
        self._catalog = catalog
        self._watch = watch
        self._preload = preload
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, *routes: str) -> None:
        """Load what is loaded at the start, or what some routes need; who asked before waits. Raises ModelError."""
        await self._models.load(routes or self._preload)
        await self._scheduler.start()
        self._tasks = [asyncio.create_task(self._tick_on()), asyncio.create_task(self._look_on())]

    async def stop(self) -> None:
        """Wait for the batches that run, and end the threads."""
        for task in self._tasks:
            task.cancel()
        await self._scheduler.stop()
        self._models.close()

    @property
    def ready(self) -> bool:
        """Whether the models that are loaded at the start have translated once."""
        return self._scheduler.ready

    @property
    def load(self) -> Load:
        """How busy it is."""
        return self._scheduler.load

    def prefills(self) -> list[str]:
        """Return the models in memory that run the prefix of an answer in one pass."""
        return [without_version(name) for name in self._scheduler.prefills()]

    def keep(self, routes: Iterable[str]) -> Mapping[str, bool]:
        """Keep the models of some routes in memory, and return which are not there yet."""
        return self._models.keep(routes)

    def memory(self) -> ModelMemory:
        """Return what is in memory."""
        return self._models.memory()

    async def translate(self, source: JobSource) -> Hypothesis | None:
        """Draw one job from `source` when its models are there and its turn comes. Raises TranslationError."""
        async with self._models.using(source.model) as used:
            there_since = max(one.loaded_at for one in used)
            route = with_models(source.model, [one.key for one in used])
            return await self._scheduler.translate(_Versioned(source, route, there_since))

    def tick(self) -> None:
        """Unload what nobody needs; called every second."""
        self._models.tick()

    async def look(self) -> None:
        """See what has changed in the folders of models; called every two seconds."""
        for change in await asyncio.to_thread(self._watch.look):
            try:
                await self._follow(change)
            except ModelError as error:
                _log.error("what is in a folder of models is not offered", reason=str(error))

    async def _follow(self, change: Change) -> None:
        known = next((model.name for model in self._catalog.models.values() if model.folder == change.folder), None)
        if change.reason:
            if known:
                self._models.hold(known)
            raise ModelError(change.reason)
        if known and (change.model is None or change.model.name != known):
            self._catalog.remove(known)
        if change.model:
            await self._models.replace(change.model)

    async def _tick_on(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self.tick()

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            await self.look()


class _Versioned:
    """A source whose jobs name the versions of the models that they are for: no answer is taken for another version's.

    What was said before the models were there has waited for them, not for its turn.
    """

    def __init__(self, source: JobSource, route: str, there_since: float) -> None:
        self._source = source
        self.model = route
        self.room = source.room
        oldest = source.waiting_since()
        late = oldest is not None and oldest < there_since
        self._since = asyncio.get_running_loop().time() if late else 0.0

    @property
    def growth(self) -> int:
        return self._source.growth

    @property
    def urgent(self) -> bool:
        return self._source.urgent

    @property
    def prepares(self) -> bool:
        return self._source.prepares

    @property
    def private(self) -> bool:
        return self._source.private

    def waiting_since(self) -> float | None:
        since = self._source.waiting_since()
        return None if since is None else max(since, self._since)

    def job_to_run(self) -> Job | None:
        job = self._source.job_to_run()
        return None if job is None else replace(job, model=self.model)
