"""The one fake: an engine that translates by a rule, or when the test says so."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from rtt.catalog import Catalog, Manifest, Model, Tokeniser
from rtt.engine import Hypothesis, Job, JobSource, ModelMemory
from rtt.errors import TranslationError
from rtt.protocol import Load


class ScriptedEngine:
    """With a `rule` it answers at once; without, each job waits in `jobs` for `answer` or `fail`."""

    ready = True
    load: Load = Load.NORMAL

    def __init__(self, rule: Callable[[Job], str] | None = None) -> None:
        self.rule = rule
        self.missing: dict[str, bool] = {}
        """The routes whose models are not there, and whether loading one has failed."""
        self.kept: list[str] = []
        self.jobs: asyncio.Queue[tuple[Job, asyncio.Future[Hypothesis]]] = asyncio.Queue()

    def prefills(self) -> list[str]:
        return []

    def keep(self, routes: Iterable[str]) -> dict[str, bool]:
        self.kept += (routes := list(routes))
        return {route: self.missing[route] for route in routes if route in self.missing}

    def memory(self) -> ModelMemory:
        return ModelMemory()

    async def translate(self, source: JobSource) -> Hypothesis | None:
        await asyncio.sleep(0)
        job = source.job_to_run()
        if job is None:
            return None
        if self.rule:
            return Hypothesis(self.rule(job))
        answer: asyncio.Future[Hypothesis] = asyncio.get_running_loop().create_future()
        self.jobs.put_nowait((job, answer))
        return await answer

    async def answer(self, text: str) -> Job:
        """Finish the oldest job."""
        job, answer = await self.jobs.get()
        answer.set_result(Hypothesis(text))
        return job

    async def fail(self) -> Job:
        """Fail the oldest job."""
        job, answer = await self.jobs.get()
        answer.set_exception(TranslationError("as the test says"))
        return job


def shout(job: Job) -> str:
    """A language of capital letters: easy to tell from its source, and word for word."""
    return job.text.upper()


def scripted_catalog(*pairs: tuple[str, str]) -> Catalog:
    """A catalogue of models that exist by name only."""
    return Catalog(
        Model(Manifest(f"{source}-{target}", source, target, "none", Tokeniser("s", "t"), {}), Path("nowhere"))
        for source, target in pairs
    )
