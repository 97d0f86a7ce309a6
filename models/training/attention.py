"""Attention of several heads (Vaswani et al. 2017)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

# What a masked score is: far below all others, and a number in every type.
MASKED = -1e4


class Attention(nn.Module):
    """Each position of x looks at the positions of a memory, in `heads` ways."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.output = nn.Linear(width, width)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        """Take x (batch, length, width), memory (batch, size, width) and what is added to the scores; return as x."""
        return self.look(x, *self.keys_and_values(memory), mask)

    def keys_and_values(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Return what there is to look at in a memory, both (batch, heads, size, width of a head)."""
        return self._split(self.key(memory)), self._split(self.value(memory))

    def look(self, x: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        """Take x and a memory's keys and values; return as x."""
        mixed = attend(self._split(self.query(x)), key, value, mask)
        joined: Tensor = self.output(mixed.transpose(1, 2).flatten(2))
        return joined

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], self.heads, -1).transpose(1, 2)


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Return values (batch, heads, length, width of a head), mixed by how well their keys fit the queries."""
    if query.is_cuda:
        mask = None if mask is None else mask.to(query.dtype)
        return functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    # The fused kernel's backward pass takes a third of a CPU step; written out it is half as long.
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    return torch.softmax(scores if mask is None else scores + mask, -1) @ value


def padding_mask(pieces: Tensor, pad: int, dtype: torch.dtype) -> Tensor:
    """Return the mask (batch, 1, 1, length) of what is only padding."""
    return (pieces == pad)[:, None, None, :].to(dtype) * MASKED


def causal_mask(length: int, like: Tensor) -> Tensor:
    """Return the mask (length, length) under which no position sees a later one."""
    return torch.full((length, length), MASKED, dtype=like.dtype, device=like.device).triu(1)
