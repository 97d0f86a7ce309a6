"""Every model of a catalogue at work, for the scheduler."""

from collections.abc import Sequence
from itertools import groupby

from rtt.catalog import Catalog, Task
from rtt.ct2.hardware import Hardware
from rtt.ct2.punctuator import Punctuator
from rtt.ct2.translator import Translator
from rtt.engine import Hypothesis, Job
from rtt.errors import ModelError, TranslationError


class Ct2Backend:
    """Every model of a catalogue, loaded."""

    def __init__(self, catalog: Catalog, hardware: Hardware) -> None:
        self._catalog = catalog
        self._hardware = hardware
        self._models: dict[str, Translator | Punctuator] = {}

    def load(self) -> None:
        """Check and load the models, and translate once with each. Raises ModelError."""
        for name, model in self._catalog.models.items():
            model.verify()
            load = Punctuator if model.manifest.task is Task.PUNCTUATE else Translator
            loaded = load(model, self._hardware)
            try:
                loaded.translate([Job(name, "1", "", final=True)])
            except TranslationError as error:
                raise ModelError(f"{model.folder}: the model does not work: {error}") from error
            self._models[name] = loaded

    def translate_batch(self, jobs: Sequence[Job]) -> list[Hypothesis]:
        """Answer each job, in order, with one call for each model. Raises TranslationError."""
        answers: dict[int, Hypothesis] = {}
        order = sorted(range(len(jobs)), key=lambda index: jobs[index].model)
        for name, group in groupby(order, key=lambda index: jobs[index].model):
            indices = list(group)
            translated = self._models[name].translate([jobs[index] for index in indices])
            answers.update(zip(indices, translated, strict=True))
        return [answers[index] for index in range(len(jobs))]
