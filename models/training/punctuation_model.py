"""The punctuation model: the first layers of a translation model's encoder, and a linear head over them."""

from pathlib import Path

import msgspec
from torch import Tensor, nn

from models.training.checkpoint import load_checkpoint
from models.training.dropout import Dropout
from models.training.encoder import Encoder
from models.training.punctuation_examples import MARKS
from models.training.shape import Shape

LAYERS = 3
_DROPOUT = 0.1


class Punctuator(nn.Module):
    """Scores (batch, length, marks) of each mark after each piece (batch, length)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape, Dropout(_DROPOUT))
        self.head = nn.Linear(shape.width, len(MARKS))

    def forward(self, pieces: Tensor) -> Tensor:
        """Return the scores."""
        scores: Tensor = self.head(self.encoder(pieces)[0])
        return scores


def from_translation_model(path: Path) -> Punctuator:
    """Return a model with the first layers of a checkpoint's encoder. Raises TrainingError."""
    checkpoint = load_checkpoint(path)
    model = Punctuator(msgspec.structs.replace(checkpoint.shape, encoder_layers=LAYERS))
    known = model.state_dict().keys() & checkpoint.weights.keys()
    model.load_state_dict({name: checkpoint.weights[name] for name in known}, strict=False)
    return model
