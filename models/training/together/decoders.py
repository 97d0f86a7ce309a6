"""The decoders of several languages, computed at once: few large steps are what a GPU is fast at."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.attention import attend, causal_mask
from models.training.decoder import Decoder, sinusoids
from models.training.dropout import Dropout
from models.training.shape import EPSILON, Shape


class Decoders(nn.Module):
    """As many `Decoder`s of one shape; their weights lie above each other, with a first dimension of languages."""

    def __init__(self, decoders: Sequence[Decoder], shape: Shape, dropout: Dropout) -> None:
        super().__init__()
        self._shape = shape
        self._dropout = dropout
        states = [decoder.state_dict() for decoder in decoders]
        self.weights = nn.ParameterDict(
            {_key(name): nn.Parameter(torch.stack([state[name] for state in states])) for name in states[0]}
        )
        self.register_buffer("positions", sinusoids(shape.target_positions, shape.width), persistent=False)

    def state_of(self, language: int) -> dict[str, Tensor]:
        """Return the weights of one as it has them itself."""
        return {_name(key): weight[language].detach() for key, weight in self.weights.items()}

    def forward(self, written: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        """Take what is written (languages, batch, length), and the encoder's memory and mask for languages times batch.

        Return the scores (languages, batch times length, pieces).
        """
        languages, batch, length = written.shape
        embedding = self._of("pieces.weight")
        # Each language's rows come after those of the one before it.
        shift = torch.arange(languages, device=written.device)[:, None, None] * embedding.shape[1]
        embedded = functional.embedding(written + shift, embedding.flatten(0, 1)) * math.sqrt(self._shape.width)
        x = self._dropout(embedded + self.get_buffer("positions")[:length]).flatten(1, 2)
        memory = memory.view(languages, -1, self._shape.width)
        causal = causal_mask(length, x)
        for number in range(self._shape.decoder_layers):
            layer = f"layers.{number}"
            normed = self._norm(f"{layer}.attention_norm", x)
            x = x + self._attention(f"{layer}.attention", normed, normed, causal, batch)
            x = x + self._attention(
                f"{layer}.source_attention", self._norm(f"{layer}.source_norm", x), memory, mask, batch
            )
            wide = functional.relu(self._linear(f"{layer}.widen", self._norm(f"{layer}.feed_norm", x)))
            x = x + self._dropout(self._linear(f"{layer}.narrow", wide))
        return torch.baddbmm(self._of("bias")[:, None], self._norm("norm", x), embedding.transpose(1, 2))

    def _attention(self, name: str, x: Tensor, memory: Tensor, mask: Tensor, batch: int) -> Tensor:
        query, key, value = (
            self._split(self._linear(f"{name}.{part}", of), batch)
            for part, of in (("query", x), ("key", memory), ("value", memory))
        )
        mixed = attend(query, key, value, mask).transpose(1, 2).reshape(x.shape)
        dropped: Tensor = self._dropout(self._linear(f"{name}.output", mixed))
        return dropped

    def _split(self, x: Tensor, batch: int) -> Tensor:
        """Return (languages, batch times length, width) as (languages times batch, heads, length, width of a head)."""
        heads = self._shape.decoder_heads
        return x.view(len(x) * batch, -1, heads, x.shape[-1] // heads).transpose(1, 2)

    def _linear(self, name: str, x: Tensor) -> Tensor:
        return torch.baddbmm(self._of(f"{name}.bias")[:, None], x, self._of(f"{name}.weight").transpose(1, 2))

    def _norm(self, name: str, x: Tensor) -> Tensor:
        normed = functional.layer_norm(x, x.shape[-1:], eps=EPSILON)
        return torch.addcmul(self._of(f"{name}.bias")[:, None], normed, self._of(f"{name}.weight")[:, None])

    def _of(self, name: str) -> Tensor:
        weight: Tensor = self.weights[_key(name)]
        return weight


def _key(name: str) -> str:
    # A parameter's own name has no dots.
    return name.replace(".", "/")


def _name(key: str) -> str:
    return key.replace("/", ".")
