"""Training of several languages over one encoder, for so many minutes."""

import time
from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from models.training.hardware import Hardware
from models.training.journal import Entry
from models.training.learner import Group, Learner
from models.training.model import loss_of
from models.training.schedule import rate_at
from models.training.settings import Settings
from models.training.together.batches import JointBatch
from models.training.together.model import Joint

# Share of a training over which the rate rises.
_WARM_UP = 0.05
# Reading the loss makes a GPU wait.
_TOLD_STEPS = 50


class Learning:
    """A training that is not gone on with: its end is a time."""

    def __init__(self, joint: Joint, settings: Settings, hardware: Hardware) -> None:
        self._joint = joint.to(hardware.device).train()
        self._settings = settings
        groups = [Group(("encoder.",), settings.encoder_rate), Group(("decoders.",), 1.0)]
        self._learner = Learner(joint, groups, bfloat16=hardware.bfloat16, decay=settings.decay)

    def go_on(self, batches: Iterable[JointBatch], minutes: float, told: Callable[[Entry], None]) -> None:
        """Train, a batch of all languages a step, for so many minutes or, where that is less, the settings' tokens.

        Afterwards the weights are the averaged ones, in float32. Tokens are those of all languages together.
        """
        settings = self._settings
        began = time.monotonic()
        tokens = 0
        for batch in batches:
            seconds = time.monotonic() - began
            share = max(seconds / (60 * minutes) if minutes else 1.0, tokens / settings.tokens)
            rate = rate_at(share, peak=settings.rate, warm_up=_WARM_UP, total=1)
            loss = self._step(batch, rate, frozen=share < settings.frozen)
            tokens += batch.tokens
            if share >= 1 or self._learner.steps % _TOLD_STEPS == 0:
                told(
                    Entry(
                        step=self._learner.steps,
                        tokens=tokens,
                        loss=round(float(loss), 3),
                        rate=round(rate, 8),
                        tokens_per_second=round(tokens / (time.monotonic() - began), 1),
                    )
                )
            if share >= 1:
                break
        self._learner.use_average()
        self._joint.float()

    def _step(self, batch: JointBatch, rate: float, *, frozen: bool) -> Tensor:
        """Return the loss by target token, which is not waited for."""
        scores = self._joint(batch.source, batch.written, encoder_is_frozen=frozen)
        loss = loss_of(scores, batch.target, self._settings.smoothing) / batch.tokens
        torch.autograd.backward(loss)
        self._learner.step(rate)
        return loss.detach()
