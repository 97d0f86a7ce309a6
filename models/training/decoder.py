"""The decoder: few layers, since each target piece goes through all of them one after the other."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.attention import Attention, causal_mask
from models.training.candidates import Candidates
from models.training.dropout import Dropout
from models.training.shape import EPSILON, Shape


class DecoderLayer(nn.Module):
    """Attention to what is written, to the source, and two linear layers with ReLU; each normalised before it."""

    def __init__(self, shape: Shape, dropout: Dropout) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(shape.width, eps=EPSILON)
        self.attention = Attention(shape.width, shape.decoder_heads)
        self.source_norm = nn.LayerNorm(shape.width, eps=EPSILON)
        self.source_attention = Attention(shape.width, shape.decoder_heads)
        self.feed_norm = nn.LayerNorm(shape.width, eps=EPSILON)
        self.widen = nn.Linear(shape.width, shape.feed_forward)
        self.narrow = nn.Linear(shape.feed_forward, shape.width)
        self.dropout = dropout

    def forward(self, x: Tensor, causal: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        """Take and return (batch, length, width)."""
        normed = self.attention_norm(x)
        x = x + self.dropout(self.attention(normed, normed, causal))
        x = x + self.dropout(self.source_attention(self.source_norm(x), memory, mask))
        return self.feed(x)

    def feed(self, x: Tensor) -> Tensor:
        """Take and return (batch, length, width), past attention."""
        fed: Tensor = x + self.dropout(self.narrow(functional.relu(self.widen(self.feed_norm(x)))))
        return fed


class Decoder(nn.Module):
    """What is written so far (batch, length) into scores of the next piece (batch, length, pieces).

    The output's weights are those of the embedding (Press and Wolf 2017).
    """

    def __init__(self, shape: Shape, dropout: Dropout) -> None:
        super().__init__()
        self.pieces = nn.Embedding(shape.target_pieces, shape.width)
        self.layers = nn.ModuleList(DecoderLayer(shape, dropout) for _ in range(shape.decoder_layers))
        self.norm = nn.LayerNorm(shape.width, eps=EPSILON)
        self.bias = nn.Parameter(torch.zeros(shape.target_pieces))
        self.dropout = dropout
        self.register_buffer("positions", sinusoids(shape.target_positions, shape.width), persistent=False)
        nn.init.normal_(self.pieces.weight, 0, shape.width**-0.5)
        for weight in self.layers.parameters():
            if weight.dim() > 1:
                nn.init.xavier_uniform_(weight)

    def forward(self, written: Tensor, memory: Tensor, mask: Tensor, candidates: Candidates | None = None) -> Tensor:
        """Return the scores, of the candidates where there are some; `memory` and `mask` are the encoder's."""
        x = self.embed(written)
        causal = causal_mask(written.shape[1], x)
        for layer in self.layers:
            x = layer(x, causal, memory, mask)
        return self.score(x, candidates)

    def embed(self, written: Tensor, first: int = 0) -> Tensor:
        """Return pieces (batch, length) as vectors (batch, length, width), the first of them at that position."""
        positions: Tensor = self.get_buffer("positions")[first : first + written.shape[1]]
        embedded = self.pieces(written) * math.sqrt(self.pieces.embedding_dim)
        x: Tensor = self.dropout(embedded + positions.to(embedded.dtype))
        return x

    def score(self, x: Tensor, candidates: Candidates | None = None) -> Tensor:
        """Return the scores of the next pieces, of the candidates where there are some."""
        x = self.norm(x)
        if candidates is None:
            return functional.linear(x, self.pieces.weight, self.bias)
        bias = self.bias[candidates.pieces] + candidates.weights.to(self.bias.dtype)
        return functional.linear(x, self.pieces.weight[candidates.pieces], bias)


def sinusoids(positions: int, width: int) -> Tensor:
    """Return position encodings (positions, width): sines in the first half, cosines in the second.

    That is the order of OpenNMT's, which CTranslate2 expects where a model brings its own.
    """
    scale = 10_000 ** (2 * (torch.arange(width, dtype=torch.float64) // 2) / width)
    angles = torch.arange(positions, dtype=torch.float64)[:, None] / scale
    return torch.cat([torch.sin(angles[:, 0::2]), torch.cos(angles[:, 1::2])], 1).float()
