"""Models at work, for the scheduler: every one of a catalogue, or those that are added."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import structlog

from rtt.catalog import Catalog, Model, Task
from rtt.ct2.hardware import Hardware
from rtt.ct2.memory import give_back
from rtt.ct2.multilingual import MultilingualTranslator
from rtt.ct2.punctuator import Punctuator
from rtt.ct2.translator import Translator
from rtt.engine import Hypothesis, Job
from rtt.errors import ModelError, TranslationError
from rtt.route import legs, split_leg

_log = structlog.get_logger(__name__)


class Ct2Backend:
    """Models by the names that jobs have for them."""

    def __init__(self, catalog: Catalog, hardware: Hardware, *, prefill: bool = True, max_tokens: int = 4096) -> None:
        """`prefill`: run prefixes in one pass where that is cheaper; `max_tokens`: of a batch, padding included."""
        self._catalog = catalog
        self._hardware = hardware
        self._prefill = prefill
        self._max_tokens = max_tokens
        self._models: dict[str, Translator | Punctuator] = {}

    def load(self) -> None:
        """Check and load the models of the catalogue, and translate once with each. Raises ModelError."""
        for name, model in self._catalog.models.items():
            self.add(name, model)

    def add(self, name: str, model: Model) -> None:
        """Check and load a model, and translate once with it; from then on it answers. Raises ModelError."""
        model.verify()
        try:
            self._models[name] = self._loaded(model)
        except TranslationError as error:
            raise ModelError(f"{model.folder}: the model does not work: {error}") from error
        give_back()

    def drop(self, name: str) -> None:
        """Forget a model that no job names any more, and give its memory back."""
        self._models.pop(name, None)
        give_back()

    def close(self) -> None:
        """Forget every model: one whose threads still run when Python ends aborts the process."""
        self._models.clear()
        give_back()

    def prefills(self) -> list[str]:
        """Return the models that run the prefix of an answer in one pass."""
        # A list, since models may come and go meanwhile.
        return [name for name, model in list(self._models.items()) if isinstance(model, Translator) and model.prefill]

    def translate_batch(self, jobs: Sequence[Job]) -> list[Hypothesis]:
        """Answer each job, in order, with one call for each leg of its route. Raises TranslationError."""
        answers: dict[int, Hypothesis] = {}
        jobs = self._to_last_leg(jobs)
        order = sorted(range(len(jobs)), key=lambda index: jobs[index].model)
        for leg, group in groupby(order, key=lambda index: jobs[index].model):
            indices = list(group)
            translated = self.translator(leg).translate([jobs[index] for index in indices])
            answers.update(zip(indices, translated, strict=True))
        return [answers[index] for index in range(len(jobs))]

    def translator(self, leg: str) -> Translator | Punctuator:
        """Return what answers the jobs of one leg of a route."""
        name, source, target = split_leg(leg)
        model = self._models[name]
        return model.of_pair(source, target) if isinstance(model, MultilingualTranslator) else model

    def _to_last_leg(self, jobs: Sequence[Job]) -> list[Job]:
        """Translate the texts that go through a pivot up to it: what readers have seen belongs to the last leg."""
        pivoted = {index: legs(job.model) for index, job in enumerate(jobs) if len(legs(job.model)) > 1}
        first = [Job(route[0], jobs[index].text, "", jobs[index].final) for index, route in pivoted.items()]
        texts = self.translate_batch(first) if first else []
        last = {
            index: replace(jobs[index], model=route[-1], text=answer.text)
            for (index, route), answer in zip(pivoted.items(), texts, strict=True)
        }
        return [last.get(index, job) for index, job in enumerate(jobs)]

    def _loaded(self, model: Model) -> Translator | Punctuator:
        if model.manifest.task is Task.PUNCTUATE:
            punctuator = Punctuator(model, self._hardware)
            punctuator.translate([Job(model.name, "1", "", final=True)])
            return punctuator
        kind = MultilingualTranslator if model.manifest.many else Translator
        translator = kind(model, self._hardware, prefill=self._prefill, max_tokens=self._max_tokens)
        translator.check()
        if self._prefill and not translator.prefill:
            _log.warning("prefixes are decoded step by step: this model cannot take them in one pass", model=model.name)
        return translator
