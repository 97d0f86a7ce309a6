"""How a model does on the development set while it is trained: as PyTorch has it, and as rtt would run it."""

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from msgspec import Struct

from models.training.batches import batch_of, grouped
from models.training.checkpoint import Checkpoint
from models.training.corpus import Pair
from models.training.examples import Example
from models.training.export import build
from models.training.model import TranslationModel, loss_of
from models.training.run import Run
from models.training.unigrams import PAD
from rtt.ct2.trial import Trial
from rtt.measure.quality import score

_BATCH_TOKENS = 3000
# So many sentences are translated each time.
_TRANSLATED = 300


class Figures(Struct, frozen=True):
    """Perplexity by target piece, and BLEU and chrF of greedy translations."""

    perplexity: float
    bleu: float
    chrf: float


@torch.no_grad()
def perplexity(checkpoint: Checkpoint, examples: Sequence[Example], device: torch.device, dtype: torch.dtype) -> float:
    """Return the perplexity of the targets by piece."""
    model = TranslationModel(checkpoint.shape, 0.0)
    model.load_state_dict(checkpoint.weights)
    model.to(device, dtype).eval()
    loss = pieces = 0.0
    for group in grouped(examples, _BATCH_TOKENS):
        batch = batch_of(group).to(device)
        loss += float(loss_of(model(batch.source, batch.written), batch.target))
        pieces += float((batch.target != PAD).sum())
    return math.exp(min(loss / pieces, 100))


def translation_quality(
    checkpoint: Checkpoint, run: Run, languages: tuple[str, str], pairs: Sequence[Pair]
) -> tuple[float, float]:
    """Return BLEU and chrF of the exported model on the first of some pairs."""
    pairs = pairs[:_TRANSLATED]
    with tempfile.TemporaryDirectory() as folder:
        model = build(checkpoint, run, languages, Path(folder))
        answers, _ = Trial(model.folder).translate([pair.source for pair in pairs])
    figures = score(answers, [pair.target for pair in pairs], languages[1])
    return figures.bleu, figures.chrf
