"""The encoder: BERT's (Devlin et al. 2019), so that its weights can be had from one."""

from torch import Tensor, nn
from torch.nn import functional

from models.training.attention import Attention, padding_mask
from models.training.dropout import Dropout
from models.training.shape import EPSILON, Shape
from models.training.unigrams import PAD


class EncoderLayer(nn.Module):
    """Attention and two linear layers with GELU, each normalised after it is added."""

    def __init__(self, shape: Shape, dropout: Dropout) -> None:
        super().__init__()
        self.attention = Attention(shape.width, shape.encoder_heads)
        self.attention_norm = nn.LayerNorm(shape.width, eps=EPSILON)
        self.widen = nn.Linear(shape.width, shape.feed_forward)
        self.narrow = nn.Linear(shape.feed_forward, shape.width)
        self.feed_norm = nn.LayerNorm(shape.width, eps=EPSILON)
        self.dropout = dropout

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Take and return (batch, length, width)."""
        x = self.attention_norm(x + self.dropout(self.attention(x, x, mask)))
        fed: Tensor = self.feed_norm(x + self.dropout(self.narrow(functional.gelu(self.widen(x)))))
        return fed


class Encoder(nn.Module):
    """Pieces of a source sentence (batch, length) into vectors (batch, length, width), and the mask of its padding."""

    def __init__(self, shape: Shape, dropout: Dropout) -> None:
        super().__init__()
        self.pieces = nn.Embedding(shape.source_pieces, shape.width)
        self.positions = nn.Embedding(shape.positions, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=EPSILON)
        self.layers = nn.ModuleList(EncoderLayer(shape, dropout) for _ in range(shape.encoder_layers))
        self.dropout = dropout

    def forward(self, pieces: Tensor) -> tuple[Tensor, Tensor]:
        """Return the vectors and the mask."""
        mask = padding_mask(pieces, PAD, self.norm.weight.dtype)
        x = self.dropout(self.norm(self.pieces(pieces) + self.positions.weight[: pieces.shape[1]]))
        for layer in self.layers:
            x = layer(x, mask)
        return x, mask
