"""Which device there is, and how it computes."""

import math
import os
from dataclasses import dataclass
from typing import Any

import ctranslate2

from rtt.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Hardware:
    """What is there, and how it computes."""

    device: str
    compute_type: str
    workers: int
    """Translations that run at the same time, over all devices."""
    indices: tuple[int, ...] = (0,)
    """Which devices of the kind; each has a copy of every model, and work goes to whichever is free."""

    @property
    def options(self) -> dict[str, Any]:
        """What CTranslate2 is told of it when it loads a model."""
        # One thread a translation and one translation a core serves more text than the other way round.
        return {
            "device": self.device,
            "device_index": list(self.indices),
            "compute_type": self.compute_type,
            "inter_threads": math.ceil(self.workers / len(self.indices)),
            "intra_threads": 1,
        }


def choose_hardware(device: str, compute_type: str, workers: int) -> Hardware:
    """Turn wishes into what this machine has; `compute_type` may be "auto" and `workers` 0.

    `device` is a `rtt.config.Device`. Raises ConfigError.
    """
    gpus = ctranslate2.get_cuda_device_count()
    kind, indices = _indices(device)
    if kind == "cuda" and max(indices) >= gpus:
        there = f"there are cuda:0 to cuda:{gpus - 1}" if gpus else "no CUDA device is visible here; use cpu or auto"
        raise ConfigError(f"device: {device}; {there}")
    chosen = "cuda" if gpus and kind != "cpu" else "cpu"
    # int8 is fastest on CPU; on GPU float16 beats it for models of this size.
    wanted = ("float16" if chosen == "cuda" else "int8") if compute_type == "auto" else compute_type
    supported = ctranslate2.get_supported_compute_types(chosen)
    if wanted not in supported:
        raise ConfigError(f"compute_type: {wanted}; {chosen} supports {', '.join(sorted(supported))}")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Hardware(chosen, wanted, max(workers or cores, len(indices)), indices)


def _indices(device: str) -> tuple[str, tuple[int, ...]]:
    """Return the kind of device and which of them: each once, in order."""
    parts = [part.partition(":") for part in device.split(",")]
    return parts[0][0], tuple(sorted({int(number or 0) for _, _, number in parts}))
