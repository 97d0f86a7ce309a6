"""How busy the server is, in three steps, and what it leaves out in each. Pure: no clock, no I/O.

The steps go up when texts have waited for a while, and down when they have not and there is time to spare. Where it
went down too early and comes up again, it must be calm for twice as long the next time: so a load that stays the same
has it stay on one step for ever longer, however near it is to the next.
"""

import math
from dataclasses import dataclass

from rtt.protocol import Load

TICK_S = 0.25
"""How often the load is looked at."""

_STEPS = tuple(Load)
# Mean seconds a text waits for its turn, from which on the server is busy, and overloaded.
_UP_S = {Load.NORMAL: 0.3, Load.BUSY: 1.0, Load.OVERLOADED: math.inf}
# From which on it may be so no longer, if the workers are idle for this share of the time besides.
_DOWN_S = {Load.NORMAL: -math.inf, Load.BUSY: 0.15, Load.OVERLOADED: 0.3}
_IDLE = 0.3
# Ticks that a step must be called for: up, and at first down.
_RISE = 4
_CALM = 12
_MAX_CALM = 256
# A step up within so many times its calm after the step down was a relapse; a queue may take a minute to grow again.
_RELAPSE = 4
_RELAPSE_TICKS = round(60 / TICK_S)


@dataclass(frozen=True, slots=True)
class Measure:
    """What is left out in a step. A partial is translated if it has grown or waited enough; a final always."""

    growth: float
    """New characters, or"""
    age_s: float
    """seconds since the oldest of them came."""
    batch: int
    """How many times as large a batch may become."""


MEASURES = {
    Load.NORMAL: Measure(growth=0, age_s=0, batch=1),
    Load.BUSY: Measure(growth=20, age_s=1.0, batch=2),
    Load.OVERLOADED: Measure(growth=math.inf, age_s=math.inf, batch=4),
}


class LoadMeter:
    """The step that waits and costs call for; `tick` is called every TICK_S."""

    def __init__(self) -> None:
        self.step = Load.NORMAL
        self._above = 0
        self._below = 0
        self._calm = _CALM
        self._since_down: int | None = None

    def tick(self, wait_s: float, busy: float) -> Load:
        """Take how long texts have waited since the last tick, and what share of the workers' time was spent."""
        if self._since_down is not None:
            self._since_down += 1
        self._above = self._above + 1 if wait_s >= _UP_S[self.step] else 0
        self._below = self._below + 1 if wait_s <= _DOWN_S[self.step] and busy <= 1 - _IDLE else 0
        if self._above >= _RISE:
            self._go(1)
            relapsed = self._since_down is not None and self._since_down <= max(_RELAPSE * self._calm, _RELAPSE_TICKS)
            self._calm = min(2 * self._calm, _MAX_CALM) if relapsed else _CALM
        elif self._below >= self._calm:
            self._go(-1)
            self._since_down = 0
        return self.step

    def _go(self, steps: int) -> None:
        self.step = _STEPS[_STEPS.index(self.step) + steps]
        self._above = self._below = 0
