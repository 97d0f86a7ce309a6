"""Dropout that costs little on a CPU."""

import torch
from torch import Tensor, nn
from torch.nn import functional

# Elements of the pool: several times what a layer of a batch has.
_POOL = 1 << 24


class Dropout(nn.Module):
    """Dropout (Srivastava et al. 2014) whose masks, on a CPU, are windows of one pool of random bits.

    Drawing a mask for each layer is a seventh of a CPU step. One instance serves all layers of a model.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self._share = share
        self._pool: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Return x with a share of its elements zero, and the others larger by as much, while training."""
        if not self.training or not self._share:
            return x
        if x.is_cuda or x.numel() >= _POOL:
            return functional.dropout(x, self._share)
        if self._pool is None or self._pool.dtype != x.dtype:
            self._pool = self._draw(x.dtype)
        start = int(torch.randint(_POOL - x.numel(), ()))
        return x * self._pool[start : start + x.numel()].view(x.shape)

    def _draw(self, dtype: torch.dtype) -> Tensor:
        # Always the same bits, so that a training that is resumed draws what it would have drawn.
        kept = torch.rand(_POOL, generator=torch.Generator().manual_seed(1)) >= self._share
        return (kept / (1 - self._share)).to(dtype)
