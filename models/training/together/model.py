"""One encoder, and a decoder for each target language."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models.training.checkpoint import Checkpoint
from models.training.dropout import Dropout
from models.training.errors import TrainingError
from models.training.model import TranslationModel, model_of
from models.training.shallower import shallower
from models.training.together.decoders import Decoders


class Joint(nn.Module):
    """The models of several languages, of one shape, over the encoder of the first. Raises TrainingError."""

    def __init__(self, models: Mapping[str, TranslationModel], dropout: float) -> None:
        super().__init__()
        first, *others = models.values()
        if any(other.shape != first.shape for other in others):
            raise TrainingError("Models of one encoder have one shape; give each language as many target pieces")
        self.languages = [*models]
        self.shape = first.shape
        self.encoder = first.encoder
        self.decoders = Decoders([model.decoder for model in models.values()], first.shape, Dropout(dropout))
        self._share = dropout

    def forward(self, source: Tensor, written: Tensor, *, encoder_is_frozen: bool = False) -> Tensor:
        """Take source pieces (languages times batch, length) and what is written (languages, batch, length).

        Return the scores of the next pieces (languages, batch times length, pieces).
        """
        with torch.set_grad_enabled(torch.is_grad_enabled() and not encoder_is_frozen):
            memory, mask = self.encoder(source)
        scores: Tensor = self.decoders(written, memory, mask)
        return scores

    def checkpoint(self, language: str, tokens: int = 0) -> Checkpoint:
        """Return the weights of a language."""
        parts = {
            "encoder": self.encoder.state_dict(),
            "decoder": self.decoders.state_of(self.languages.index(language)),
        }
        weights = {f"{part}.{name}": weight for part, state in parts.items() for name, weight in state.items()}
        return Checkpoint({name: weight.float().cpu().clone() for name, weight in weights.items()}, self.shape, tokens)

    def shallower(self, layers: int) -> "Joint":
        """Return new models with so many layers in each decoder."""
        fewer = {language: shallower(self.checkpoint(language), layers) for language in self.languages}
        return Joint({language: model_of(one, self._share) for language, one in fewer.items()}, self._share)
