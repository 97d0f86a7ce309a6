"""The translation model: an encoder that knows the source language, and a decoder of the target."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.candidates import Candidates
from models.training.checkpoint import Checkpoint
from models.training.decoder import Decoder
from models.training.dropout import Dropout
from models.training.encoder import Encoder
from models.training.shape import Shape
from models.training.unigrams import PAD


class TranslationModel(nn.Module):
    """Scores (batch, length, pieces) of each next target piece."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        shared = Dropout(dropout)
        self.shape = shape
        self.encoder = Encoder(shape, shared)
        self.decoder = Decoder(shape, shared)

    def forward(
        self,
        source: Tensor,
        written: Tensor,
        *,
        encoder_is_frozen: bool = False,
        candidates: Candidates | None = None,
    ) -> Tensor:
        """Take source pieces and what is written before each target piece, both (batch, length).

        Where there are candidates, only they are scored.
        """
        with torch.set_grad_enabled(torch.is_grad_enabled() and not encoder_is_frozen):
            memory, mask = self.encoder(source)
        scores: Tensor = self.decoder(written, memory, mask, candidates)
        return scores


def model_of(checkpoint: Checkpoint, dropout: float = 0.0) -> TranslationModel:
    """Return a checkpoint as a model."""
    model = TranslationModel(checkpoint.shape, dropout)
    model.load_state_dict(checkpoint.weights)
    return model


def loss_of(scores: Tensor, target: Tensor, smoothing: float = 0.0) -> Tensor:
    """Return the sum of the cross-entropies, with smoothed labels (Szegedy et al. 2016); padding counts nothing."""
    return functional.cross_entropy(
        scores.flatten(0, 1).float(), target.flatten(), ignore_index=PAD, label_smoothing=smoothing, reduction="sum"
    )
