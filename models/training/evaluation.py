"""How a model does on the development set while it is trained, as rtt would run it."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from models.training.checkpoint import Checkpoint
from models.training.corpus import Pair
from models.training.export import build
from models.training.run import Run
from rtt.ct2.trial import Trial
from rtt.measure.quality import score

# So many sentences are translated each time.
_TRANSLATED = 300


class Figures(Struct, frozen=True):
    """Perplexity by target piece, and BLEU and chrF of greedy translations."""

    perplexity: float
    bleu: float
    chrf: float


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
