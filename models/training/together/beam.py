"""Beam search over many sentences at once, for what a model is to learn from another."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from models.training.decoder import Decoder, DecoderLayer
from models.training.unigrams import BEGIN, END, PAD, UNKNOWN

_NEVER = (PAD, UNKNOWN, BEGIN)
# Steps after which it is looked whether enough have ended: looking makes a GPU wait.
_LOOK = 4


class Found(NamedTuple):
    """The best translations (sentences, length) with their ends and padding, their log-likelihoods, and which ended."""

    pieces: Tensor
    scores: Tensor
    ended: Tensor


class _Memory(NamedTuple):
    """What a layer sees of the source: keys and values (sentences, heads, length, width), and their mask."""

    key: Tensor
    value: Tensor
    mask: Tensor


class _Written(NamedTuple):
    """What a layer sees of what is written: keys and values (hypotheses, heads, length, width)."""

    key: Tensor
    value: Tensor


@torch.no_grad()
def search(decoder: Decoder, encoded: tuple[Tensor, Tensor], beam: int, longest: int, enough: float = 1.0) -> Found:
    """Translate what an encoder has returned: the sentences' vectors (sentences, length, width), and their mask.

    Of `beam` hypotheses, the one with the best log-likelihood by piece is taken (Wu et al. 2016, with α = 1), once the
    likeliest has ended in a share of the sentences that is `enough`.
    """
    memory, mask = encoded
    sentences, device = len(memory), memory.device
    layers = [layer for layer in decoder.layers if isinstance(layer, DecoderLayer)]
    memories = [_Memory(*layer.source_attention.keys_and_values(memory), mask) for layer in layers]
    written: list[_Written | None] = [None] * len(layers)
    pieces = torch.full((sentences, beam, 1), BEGIN, device=device)
    # All hypotheses are the same at first; only one of them counts.
    scores = torch.zeros(sentences, beam, device=device)
    scores[:, 1:] = -math.inf
    ended = torch.zeros(sentences, beam, dtype=torch.bool, device=device)
    first = torch.arange(sentences, device=device)[:, None] * beam
    for step in range(longest):
        x = decoder.embed(pieces[:, :, -1].reshape(-1, 1), step)
        for number, layer in enumerate(layers):
            x, written[number] = _through(layer, x, written[number], memories[number], beam)
        odds = _odds(decoder, x).view(sentences, beam, -1)
        gains, candidates = odds.topk(beam)
        # An ended hypothesis goes on with padding, at no cost.
        gains = gains.where(~ended[:, :, None], -math.inf)
        gains[:, :, 0] = gains[:, :, 0].where(~ended, 0.0)
        candidates = candidates.where(~ended[:, :, None], PAD)
        scores, best = (scores[:, :, None] + gains).flatten(1).topk(beam)
        parent = best // beam
        pieces = torch.cat(
            [
                pieces.gather(1, parent[:, :, None].expand(-1, -1, step + 1)),
                candidates.flatten(1).gather(1, best)[:, :, None],
            ],
            2,
        )
        ended = ended.gather(1, parent) | (pieces[:, :, -1] == END)
        if step % _LOOK == 0 and float(ended[:, 0].float().mean()) >= enough:
            break
        rows = (first + parent).flatten()
        written = [_Written(one.key[rows], one.value[rows]) for one in written if one]
    return _best(pieces[:, :, 1:], scores, ended)


def _best(pieces: Tensor, scores: Tensor, ended: Tensor) -> Found:
    by_piece = scores / (pieces != PAD).sum(2)
    best = by_piece.where(ended, by_piece - 1e4).argmax(1, keepdim=True)
    chosen = pieces.gather(1, best[:, :, None].expand(-1, -1, pieces.shape[2])).squeeze(1)
    return Found(chosen, scores.gather(1, best).squeeze(1), ended.gather(1, best).squeeze(1))


def _through(
    layer: DecoderLayer, x: Tensor, written: _Written | None, memory: _Memory, beam: int
) -> tuple[Tensor, _Written]:
    """Take the last pieces of the hypotheses (hypotheses, 1, width) through a layer."""
    normed = layer.attention_norm(x)
    key, value = layer.attention.keys_and_values(normed)
    if written:
        key, value = torch.cat([written.key, key], 2), torch.cat([written.value, value], 2)
    x = x + layer.attention.look(normed, key, value, None)
    # The hypotheses of a sentence look at it together.
    asked = layer.source_norm(x).view(-1, beam, x.shape[-1])
    x = x + layer.source_attention.look(asked, memory.key, memory.value, memory.mask).view(x.shape)
    return layer.feed(x), _Written(key, value)


def _odds(decoder: Decoder, x: Tensor) -> Tensor:
    """Return the log-likelihoods of the next pieces."""
    scores = decoder.score(x).float()
    scores[..., _NEVER] = -math.inf
    return torch.log_softmax(scores, -1)
