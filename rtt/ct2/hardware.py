"""Which device there is, and how it computes."""

import os
from dataclasses import dataclass
from typing import Any

import ctranslate2

from rtt.config import Device
from rtt.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Hardware:
    """A device that is there, and how it computes."""

    device: str
    compute_type: str
    workers: int

    @property
    def options(self) -> dict[str, Any]:
        """What CTranslate2 is told of it when it loads a model."""
        # One thread a translation and one translation a core serves more text than the other way round.
        return {
            "device": self.device,
            "compute_type": self.compute_type,
            "inter_threads": self.workers,
            "intra_threads": 1,
        }


def choose_hardware(device: Device, compute_type: str, workers: int) -> Hardware:
    """Turn wishes into what this machine has; `compute_type` may be "auto" and `workers` 0. Raises ConfigError."""
    gpus = ctranslate2.get_cuda_device_count()
    if device is Device.CUDA and not gpus:
        raise ConfigError("device: cuda; no CUDA device is visible here; use cpu or auto")
    chosen = "cuda" if gpus and device is not Device.CPU else "cpu"
    # int8 is fastest on CPU; on GPU float16 beats it for models of this size.
    wanted = ("float16" if chosen == "cuda" else "int8") if compute_type == "auto" else compute_type
    supported = ctranslate2.get_supported_compute_types(chosen)
    if wanted not in supported:
        raise ConfigError(f"compute_type: {wanted}; {chosen} supports {', '.join(sorted(supported))}")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Hardware(chosen, wanted, workers or cores)
