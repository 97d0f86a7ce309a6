"""A model for another target language, from one that is trained already.

Its layers are kept: how to look at the source is much the same in every language. Of its target pieces, the rows of
those that both vocabularies have are kept (names, numbers, marks, common stems); the others begin at random.
"""

import torch
from sentencepiece import SentencePieceProcessor
from torch import Tensor

from models.training.checkpoint import Checkpoint
from models.training.errors import TrainingError

_ROWS, _BIAS = "decoder.pieces.weight", "decoder.bias"


def carry_over(
    old: Checkpoint, old_pieces: SentencePieceProcessor, pieces: SentencePieceProcessor
) -> tuple[dict[str, Tensor], int]:
    """Return the weights for a new target vocabulary, and how many of its pieces the old one has.

    Where both vocabularies are the same nothing changes. Raises TrainingError.
    """
    if old_pieces.vocab_size() != old.shape.target_pieces:
        raise TrainingError(
            f"--init-pieces: {old_pieces.vocab_size()} pieces; the checkpoint's target has {old.shape.target_pieces}"
        )
    rows, bias = old.weights[_ROWS], old.weights[_BIAS]
    shared = {old_pieces.id_to_piece(index): index for index in range(old_pieces.vocab_size())}
    new_rows = torch.empty(pieces.vocab_size(), rows.shape[1]).normal_(0, float(rows.std()))
    new_bias = torch.full((pieces.vocab_size(),), float(bias.mean()))
    kept = 0
    for index in range(pieces.vocab_size()):
        place = shared.get(pieces.id_to_piece(index))
        if place is not None:
            new_rows[index], new_bias[index] = rows[place], bias[place]
            kept += 1
    return old.weights | {_ROWS: new_rows, _BIAS: new_bias}, kept
