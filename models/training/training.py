"""The training itself: from where it stands until all tokens are seen, saved so that it can be killed at any time."""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
import torch
from msgspec import Struct

from models.training.batches import Batch, Batches, Place
from models.training.candidates import draw
from models.training.checkpoint import Checkpoint, load, save, save_checkpoint
from models.training.corpus import Pair, read_pairs
from models.training.errors import TrainingError
from models.training.evaluation import Figures, translation_quality
from models.training.examples import Example, Spoken, encode, punctuation_of
from models.training.hardware import Hardware
from models.training.journal import Entry, Journal
from models.training.learner import Group, Learner
from models.training.model import TranslationModel, loss_of
from models.training.perplexity import perplexity
from models.training.run import Run
from models.training.schedule import rate_at
from models.training.settings import Settings
from models.training.unigrams import PAD

_JOURNAL_STEPS = 50
# A longer pair of the development set is left out.
_LONGEST_DEV = 150


class Data(NamedTuple):
    """What is trained on, and what the model is tried with."""

    train: list[Example]
    dev: list[Example]
    dev_pairs: list[Pair]
    languages: tuple[str, str]
    digest: str
    """Of the pairs and the pieces."""


class Meter(Struct):
    """What has come since the last entry of the journal."""

    began: float
    loss: float = 0.0
    tokens: int = 0


def read_data(run: Run, longest: int, advance: Callable[[int], None] = lambda _: None) -> Data:
    """Read the pairs of a run as pieces. `advance` is told how many are done. Raises TrainingError."""
    summary = run.read_summary()
    tokenisers = run.tokenisers()
    train: list[Example] = []
    for chunk in encode(list(read_pairs(run.train)), tokenisers, longest):
        train += chunk
        advance(len(train))
    dev_pairs = list(read_pairs(run.dev))
    dev = [example for chunk in encode(dev_pairs, tokenisers, _LONGEST_DEV) for example in chunk]
    for path, examples in ((run.train, train), (run.dev, dev)):
        if not examples:
            raise TrainingError(f"{path}: no pairs")
    return Data(train, dev, dev_pairs, (summary.source, summary.target), run.digest())


class Training:
    """One run's training; where its folder has a state, it goes on from there. Raises TrainingError."""

    def __init__(
        self, run: Run, data: Data, settings: Settings, start: Callable[[], TranslationModel], hardware: Hardware
    ) -> None:
        self.run = run
        self.settings = settings
        self.tokens = 0
        self.loss = 0.0
        """That of the last step, by target token."""
        self._data = data
        self._hardware = hardware
        state = self._read_state()
        torch.manual_seed(settings.seed)
        self._model = start().to(hardware.device)
        groups = [Group(("encoder.",), settings.encoder_rate), Group(("decoder.",), 1.0)]
        self._learner = Learner(self._model, groups, bfloat16=hardware.bfloat16_weights, decay=settings.decay)
        place = Place()
        if state:
            self._learner.restore(state["learner"])
            self.tokens = state["tokens"]
            place = Place(*state["place"])
        spoken = Spoken(settings, punctuation_of(run.tokenisers()[0]))
        self._batches = Batches(data.train, settings.batch_tokens, settings.seed, spoken, place)
        self._journal = Journal(run.journal, self.tokens)

    @property
    def resumed(self) -> bool:
        """Whether it went on from a state."""
        return self._learner.steps > 0 or self.tokens > 0

    def go_on(
        self,
        save_every_s: float,
        told: Callable[[], None] = lambda: None,
        stops: Callable[[], bool] = lambda: False,
        evaluated: Callable[[Figures], None] = lambda _: None,
    ) -> None:
        """Train until all tokens are seen, or it is to stop; save and evaluate now and then, and at the end.

        `told` is called after each step.
        """
        self._model.train()
        meter = Meter(time.monotonic())
        saved = time.monotonic()
        batches = iter(self._batches)
        while self.tokens < self.settings.tokens and not stops():
            self._step(next(batches), meter)
            told()
            now = time.monotonic()
            if now - saved >= save_every_s:
                evaluated(self._save_and_evaluate())
                saved = time.monotonic()
                meter.began += saved - now
        evaluated(self._save_and_evaluate())

    def _step(self, batch: Batch, meter: Meter) -> None:
        settings = self.settings
        count = int((batch.target != PAD).sum())
        # Each step has a seed of its own, so that one that is repeated after a crash is the same.
        torch.manual_seed(settings.seed * 1_000_003 + self._learner.steps)
        frozen = self.tokens < settings.frozen * settings.tokens
        batch = batch.to(self._hardware.device)
        sampled = settings.sampled if frozen else 0
        candidates = draw(batch.target, self._model.shape.target_pieces, sampled) if sampled else None
        target = candidates.places(batch.target) if candidates else batch.target
        with self._hardware.autocast():
            scores = self._model(batch.source, batch.written, encoder_is_frozen=frozen, candidates=candidates)
            loss = loss_of(scores, target, settings.smoothing)
        torch.autograd.backward(loss / count)
        rate = rate_at(self.tokens, peak=settings.rate, warm_up=settings.warm_up, total=settings.tokens)
        self._learner.step(rate)
        self.loss = float(loss.detach()) / count
        self.tokens += count
        meter.loss += self.loss * count
        meter.tokens += count
        if self._learner.steps % _JOURNAL_STEPS == 0:
            now = time.monotonic()
            self._write(loss=meter.loss / meter.tokens, rate=rate, tokens_per_second=meter.tokens / (now - meter.began))
            meter.began, meter.loss, meter.tokens = now, 0.0, 0

    def _save_and_evaluate(self) -> Figures:
        self._save()
        checkpoint = self._checkpoint()
        save_checkpoint(self.run.average, checkpoint)
        hardware = self._hardware
        figures = Figures(
            perplexity(checkpoint, self._data.dev, hardware.device, hardware.dtype),
            *translation_quality(checkpoint, self.run, self._data.languages, self._data.dev_pairs),
        )
        self._write(**msgspec.structs.asdict(figures))
        return figures

    def _checkpoint(self) -> Checkpoint:
        return Checkpoint({n: w.cpu() for n, w in self._learner.average.items()}, self._model.shape, self.tokens)

    def _write(self, **figures: float) -> None:
        rounded = {name: round(value, 8 if name == "rate" else 3) for name, value in figures.items()}
        self._journal.write(Entry(step=self._learner.steps, tokens=self.tokens, **rounded))

    def _save(self) -> None:
        state = {
            "started_with": self._started_with(),
            "tokens": self.tokens,
            "place": list(self._batches.place),
            "learner": self._learner.state(),
        }
        save(self.run.state, state)

    def _read_state(self) -> dict[str, Any] | None:
        if not self.run.state.exists():
            return None
        state = load(self.run.state)
        before, now = state.get("started_with", {}), self._started_with()
        if changed := [f"{name} {before.get(name)} → {now[name]}" for name in now if before.get(name) != now[name]]:
            raise TrainingError(
                f"{self.run.state}: started with other settings or data ({', '.join(changed)}): go on as it was "
                "started, or train in another folder with --init"
            )
        return state

    def _started_with(self) -> dict[str, Any]:
        return msgspec.structs.asdict(self.settings) | {"data": self._data.digest}


def describe(data: Data) -> str:
    """Return how much there is to train on, in words."""
    return f"{len(data.train):,} pairs, {_tokens(data.train):,} target tokens an epoch, {len(data.dev):,} held out"


def _tokens(examples: Sequence[Example]) -> int:
    return sum(len(example.target) + 1 for example in examples)
