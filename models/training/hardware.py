"""Where and in which numbers a training computes."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Hardware:
    """A device, and whether it computes in bfloat16."""

    device: torch.device
    bfloat16: bool

    @property
    def bfloat16_weights(self) -> bool:
        """Whether the model's own weights are bfloat16, beside masters in float32; a GPU casts them by itself."""
        return self.bfloat16 and self.device.type == "cpu"

    @property
    def dtype(self) -> torch.dtype:
        """The type of weights that are only used."""
        return torch.bfloat16 if self.bfloat16 else torch.float32

    def autocast(self) -> AbstractContextManager[object]:
        """Return the context in which a GPU computes in bfloat16."""
        if self.bfloat16 and self.device.type == "cuda":
            return torch.autocast("cuda", torch.bfloat16)
        return nullcontext()


def choose_hardware(*, float32: bool = False, threads: int | None = None) -> Hardware:
    """Return the GPU where there is one; `threads` are those of a CPU."""
    if threads:
        torch.set_num_threads(threads)
    return Hardware(torch.device("cuda" if torch.cuda.is_available() else "cpu"), bfloat16=not float32)
