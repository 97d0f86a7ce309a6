"""The whole course: large models of all languages, their translations, and small models that learn those, too."""

import time
from collections.abc import Callable, Mapping
from typing import Annotated, NamedTuple

import numpy as np
from msgspec import Meta, Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from models.training.checkpoint import Checkpoint
from models.training.hardware import Hardware
from models.training.journal import Entry
from models.training.model import TranslationModel, model_of
from models.training.perplexity import perplexity
from models.training.settings import Settings, Share
from models.training.together.batches import JointBatches, sources_on
from models.training.together.distilling import Translator, with_numbers_kept
from models.training.together.learning import Learning
from models.training.together.model import Joint
from models.training.together.pairs import Corpus, Pairs, more

# The small models know something already, and are changed more gently.
_RATE_OF_SMALL = 0.7

SETTINGS = Settings(
    batch_tokens=16_000, rate=1.5e-3, encoder_rate=0.3, frozen=0.06, decay=0.998, longest=100, tokens=10**9
)
"""Those that suit some minutes on a GPU.

`tokens` are the most that all languages see together, in each of two trainings; `warm_up` and `sampled` are not used.
"""


class Plan(Struct, frozen=True):
    """How the time is used."""

    minutes: Annotated[float, Meta(gt=0)]
    """Of all."""
    layers: Annotated[int, Meta(ge=1)] = 3
    """Of the decoders of the small models."""
    large: Share = 0.48
    """Share of the time in which the large models are trained."""
    translating: Share = 0.15
    """Share of it in which they translate."""
    beam: Annotated[int, Meta(ge=1)] = 2
    at_once: Annotated[int, Meta(ge=1)] = 8192
    """Hypotheses that are gone on with together."""


class Told(NamedTuple):
    """Who is told how it goes."""

    phase: Callable[[str], None]
    """Of what is done now."""
    entry: Callable[[Entry], None]
    """Of the course of training, all languages together."""
    figure: Callable[[str, Entry], None]
    """Of how a language does on its development set, after the large models and after the small ones."""


class Small(NamedTuple):
    """A small model, how many translations of the large one it has learnt from, and how it does."""

    checkpoint: Checkpoint
    translations: int
    perplexity: float
    """By target piece, of what is held out."""


class Course:
    """Several languages, from what is read of them to small models."""

    def __init__(self, corpus: Corpus, plan: Plan, settings: Settings, hardware: Hardware, told: Told) -> None:
        self._corpus = corpus
        self._plan = plan
        self._settings = settings
        self._hardware = hardware
        self._told = told
        self._sources = sources_on(hardware.device, corpus)
        self._seen = Entry(step=0, tokens=0)

    def run(self, large: Mapping[str, TranslationModel]) -> dict[str, Small]:
        """Train the models of all languages; `large` are the large ones, untrained. Raises TrainingError."""
        began = time.monotonic()
        plan, settings = self._plan, self._settings
        pairs = {code: language.train for code, language in self._corpus.languages.items()}
        self._told.phase("large models")
        joint = Joint(large, settings.dropout)
        self._train(joint, pairs, plan.large * plan.minutes, settings)
        made = self._translations(joint, began + 60 * (plan.large + plan.translating) * plan.minutes)
        self._told.phase("small models")
        small = joint.shallower(plan.layers)
        gently = replace(settings, frozen=0.0, rate=settings.rate * _RATE_OF_SMALL)
        left = max(0.0, plan.minutes - (time.monotonic() - began) / 60)
        figures = self._train(small, {code: more(pairs[code], made[code]) for code in pairs}, left, gently)
        # A step has as many pairs of each language.
        tokens = self._seen.tokens // len(pairs)
        return {code: Small(small.checkpoint(code, tokens), len(made[code].sources), figures[code]) for code in pairs}

    def _train(self, joint: Joint, pairs: Mapping[str, Pairs], minutes: float, settings: Settings) -> dict[str, float]:
        """Return the perplexities of what is held out."""
        before = self._seen
        figures = {}

        def told(entry: Entry) -> None:
            self._seen = replace(entry, step=before.step + entry.step, tokens=before.tokens + entry.tokens)
            self._told.entry(self._seen)

        batches = JointBatches(self._sources, pairs, settings, self._hardware.device)
        Learning(joint, settings, self._hardware).go_on(batches, minutes, told)
        for code, language in self._corpus.languages.items():
            figure = perplexity(joint.checkpoint(code), language.dev, self._hardware.device, self._hardware.dtype)
            figures[code] = round(figure, 3)
            self._told.figure(code, Entry(step=self._seen.step, tokens=self._seen.tokens, perplexity=figures[code]))
        return figures

    def _translations(self, joint: Joint, until: float) -> dict[str, Pairs]:
        """Let the large models translate, each for as long as the others."""
        made: dict[str, Pairs] = {}
        plan = self._plan
        for number, (code, language) in enumerate(self._corpus.languages.items()):
            self._told.phase(f"translating: {code}")
            model = model_of(joint.checkpoint(code))
            translator = Translator(model, self._sources, self._hardware, beam=plan.beam, at_once=plan.at_once)
            wanted = self._wanted(language.train)
            now = time.monotonic()
            share = (until - now) / (len(self._corpus.languages) - number)
            made[code] = with_numbers_kept(translator.translate(wanted, now + share), self._corpus, code)
        return made

    def _wanted(self, pairs: Pairs) -> NDArray[np.int64]:
        """Return all sources by their rows, those of a language's own pairs first."""
        chance = np.random.default_rng(self._settings.seed)
        own = np.zeros(self._sources.as_they_are, bool)
        own[pairs.sources] = True
        return np.concatenate([chance.permutation(np.flatnonzero(which)) for which in (own, ~own)])
