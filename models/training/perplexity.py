"""How likely a model finds what it has not seen."""

import math
from collections.abc import Sequence

import torch

from models.training.batches import batch_of, grouped
from models.training.checkpoint import Checkpoint
from models.training.examples import Example
from models.training.model import loss_of, model_of
from models.training.unigrams import PAD

_BATCH_TOKENS = 3000


@torch.no_grad()
def perplexity(checkpoint: Checkpoint, examples: Sequence[Example], device: torch.device, dtype: torch.dtype) -> float:
    """Return the perplexity of the targets by piece."""
    model = model_of(checkpoint).to(device, dtype).eval()
    loss = pieces = 0.0
    for group in grouped(examples, _BATCH_TOKENS):
        batch = batch_of(group).to(device)
        loss += float(loss_of(model(batch.source, batch.written), batch.target))
        pieces += float((batch.target != PAD).sum())
    return math.exp(min(loss / pieces, 100))
