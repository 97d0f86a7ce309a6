"""An encoder's first weights, from a BERT such as MiniLM (Wang et al. 2020): a folder of the Transformers library."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import torch
from msgspec import Struct
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from models.training.encoder import Encoder
from models.training.errors import TrainingError
from models.training.wordpieces import read_vocabulary

_EMBEDDINGS = "embeddings."
# Of each layer: the name here, and BERT's.
_PARTS = {
    "attention.query": "attention.self.query",
    "attention.key": "attention.self.key",
    "attention.value": "attention.self.value",
    "attention.output": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "feed_norm": "output.LayerNorm",
}


class BertConfig(Struct, frozen=True):
    """What `config.json` says of a BERT's size."""

    hidden_size: int
    intermediate_size: int
    num_attention_heads: int
    num_hidden_layers: int
    max_position_embeddings: int


class Bert:
    """A folder with config.json, vocab.txt and model.safetensors. Raises TrainingError."""

    def __init__(self, folder: Path) -> None:
        self.vocabulary = read_vocabulary(folder / "vocab.txt")
        try:
            self.config = msgspec.json.decode((folder / "config.json").read_bytes(), type=BertConfig)
            self._weights = load_file(folder / "model.safetensors")
        except (OSError, msgspec.MsgspecError, SafetensorError) as error:
            raise TrainingError(f"{folder}: no BERT: {error}") from error

    @torch.no_grad()
    def start(self, encoder: Encoder, rows: Sequence[int | None]) -> None:
        """Give an encoder BERT's weights; `rows` are those of its pieces. Raises TrainingError."""
        embeddings = (
            self._of(_EMBEDDINGS + "word_embeddings.weight") + self._of(_EMBEDDINGS + "token_type_embeddings.weight")[0]
        )
        # Pieces that BERT has not begin somewhere among its own.
        encoder.pieces.weight.normal_(0, float(embeddings.std())).add_(embeddings.mean(0))
        for index, row in enumerate(rows):
            if row is not None:
                encoder.pieces.weight[index] = embeddings[row]
        # At the first place BERT has its [CLS], which is left out here.
        positions = self._of(_EMBEDDINGS + "position_embeddings.weight")
        encoder.positions.weight.copy_(positions[1 : 1 + len(encoder.positions.weight)])
        self._copy(encoder.norm, _EMBEDDINGS + "LayerNorm")
        for number, layer in enumerate(encoder.layers):
            for own, bert in _PARTS.items():
                self._copy(layer.get_submodule(own), f"encoder.layer.{number}.{bert}")

    def _copy(self, module: torch.nn.Module, name: str) -> None:
        for kind, parameter in module.named_parameters():
            parameter.copy_(self._of(f"{name}.{kind}"))

    def _of(self, name: str) -> Tensor:
        try:
            return self._weights[name].float()
        except KeyError:
            raise TrainingError(f"model.safetensors: no weights of a BERT: {name} missing") from None
