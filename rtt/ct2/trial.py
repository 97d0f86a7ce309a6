"""One model tried by itself, on one core, in batches as a busy server makes them."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rtt.catalog import Catalog, Model, Task
from rtt.ct2.backend import Ct2Backend
from rtt.ct2.hardware import choose_hardware
from rtt.ct2.translator import Translator
from rtt.engine import Job
from rtt.errors import ModelError

_BATCH = 16


class Trial:
    """A model, checked and loaded, for a pair of its languages.

    Raises ModelError where it cannot be loaded or a folder holds several, and UnsupportedPair.
    """

    def __init__(self, folder: Path, pair: tuple[str, str] | None = None) -> None:
        catalog = Catalog.find([folder])
        if len(catalog.models) != 1:
            raise ModelError(f"{folder}: {len(catalog.models)} models; name the folder of one")
        self.model: Model = next(iter(catalog.models.values()))
        self._backend = Ct2Backend(catalog, choose_hardware("cpu", "auto", 1))
        self._backend.load()
        manifest = self.model.manifest
        wanted = pair or (manifest.source, manifest.target)
        self._route = catalog.route(*wanted) if manifest.task is Task.TRANSLATE else manifest.name

    def translate(
        self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None
    ) -> tuple[list[str], float]:
        """Return the answers to finished texts and the seconds they took; `advance` is told of each batch's size."""
        answers: list[str] = []
        begin = time.perf_counter()
        for start in range(0, len(texts), _BATCH):
            jobs = [Job(self._route, text, "", final=True) for text in texts[start : start + _BATCH]]
            answers += [hypothesis.text for hypothesis in self._backend.translate_batch(jobs)]
            advance(len(jobs))
        return answers, time.perf_counter() - begin

    @property
    def translator(self) -> Translator | None:
        """What translates; None of a model that does something else."""
        found = self._backend.translator(self._route)
        return found if isinstance(found, Translator) else None
