"""The same model with nothing around it: one text after the other, on one thread."""

from collections.abc import Sequence
from pathlib import Path

from rtt.catalog import Catalog
from rtt.config import make_config
from rtt.ct2.backend import Ct2Backend
from rtt.ct2.hardware import choose_hardware
from rtt.engine import Job


class PlainEngine:
    """A loaded model for a pair of languages. Raises ModelError, UnsupportedPair."""

    def __init__(self, models: Sequence[Path], source: str, target: str) -> None:
        config = make_config({"models": tuple(models) or None})
        catalog = Catalog.find(config.models)
        self._backend = Ct2Backend(catalog, choose_hardware(config.device, config.compute_type, 1))
        self._backend.load()
        self._model = catalog.pair(source, target).name

    def translate(self, text: str) -> str:
        """Translate a text as a whole, greedily; blocks. Raises TranslationError."""
        (answer,) = self._backend.translate_batch([Job(self._model, text, "", final=True)])
        return answer.text
