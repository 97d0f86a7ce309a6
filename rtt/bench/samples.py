"""Samples, and figures over several runs."""

import statistics
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct

from rtt.measure.lag import percentile

Run = TypeVar("Run")


class Spread(Struct, frozen=True):
    """A figure over several runs: their median, mean and standard deviation (of the sample; 0 of one run)."""

    median: float
    mean: float
    deviation: float
    runs: int


class Percentiles(Struct, frozen=True):
    """The distribution of some samples; None of nothing."""

    p50: float | None
    p95: float | None
    p99: float | None
    samples: int


def spread(values: Sequence[float]) -> Spread:
    """Return the spread of one value or more."""
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return Spread(statistics.median(values), statistics.mean(values), deviation, len(values))


def spread_of(runs: Sequence[Run], figure: Callable[[Run], float | None]) -> Spread | None:
    """Return the spread of a figure over the runs that have it, or None where none has."""
    values = [value for run in runs if (value := figure(run)) is not None]
    return spread(values) if values else None


def percentiles(samples: Sequence[float]) -> Percentiles:
    """Return the distribution of some samples."""
    return Percentiles(percentile(samples, 50), percentile(samples, 95), percentile(samples, 99), len(samples))


def ratio(ours: float | None, beside: float | None) -> float | None:
    """Return how many times `beside` the first is, or None where there is nothing to compare."""
    return ours / beside if ours is not None and beside else None
