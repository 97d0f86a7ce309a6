"""Loads models, and drops them, in a thread of its own: one after the other, while all else goes on."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import structlog

from rtt.catalog import Model
from rtt.errors import ModelError
from rtt.residency.residents import Resident

_log = structlog.get_logger(__name__)


class ModelBackend(Protocol):
    """What has the models; its methods block."""

    def add(self, name: str, model: Model) -> None:
        """Check and load a model, for the jobs that name it so. Raises ModelError."""
        ...

    def drop(self, name: str) -> None:
        """Forget a model, and give its memory back."""
        ...

    def close(self) -> None:
        """Forget every model."""
        ...


class Loader:
    """Puts models into a backend, and counts."""

    def __init__(self, backend: ModelBackend) -> None:
        self._backend = backend
        # One thread: no two models are loaded at a time, and what is dropped is gone before the next is loaded.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="load")
        self.coming = 0
        """Bytes of what is being loaded, or waits for that."""
        self.loads = 0
        self.refusals = 0
        """Loads that failed."""
        self.load_s = 0.0
        """What all loads took."""

    async def load(self, model: Model) -> Resident:
        """Load a model. Raises ModelError."""
        loop = asyncio.get_running_loop()
        new = Resident(model)
        self.coming += new.size
        try:
            took_s = await loop.run_in_executor(self._thread, self._add, new.key, model)
        except Exception as error:
            # Whatever a model raises that cannot be loaded: files may go, memory may not suffice.
            self.refusals += 1
            if isinstance(error, ModelError):
                raise
            raise ModelError(f"{model.folder}: {error!r}") from error
        finally:
            self.coming -= new.size
        new.used_at = new.loaded_at = loop.time()
        self.loads += 1
        self.load_s += took_s
        _log.info("model loaded", model=model.name, version=model.version, seconds=round(took_s, 3))
        return new

    def drop(self, one: Resident) -> None:
        """Drop a model, as soon as what is being loaded is loaded."""
        self._thread.submit(self._backend.drop, one.key)

    def close(self) -> None:
        """End the thread, and drop every model, those too whose load or drop was under way."""
        self._thread.shutdown(cancel_futures=True)
        self._backend.close()

    def _add(self, key: str, model: Model) -> float:
        """Return the seconds that it took, without those that it waited for others."""
        began = time.perf_counter()
        self._backend.add(key, model)
        return time.perf_counter() - began
