"""A model for another target language, from one that is trained already.

Its layers are kept: how to look at the source is much the same in every language. A target piece begins as the mean of
those that it stands for, where a lexicon tells; as the same piece of the other language (names, numbers, marks, common
stems), where there is one; or at random.
"""

import numpy as np
import torch
from sentencepiece import SentencePieceProcessor
from torch import Tensor

from models.training.checkpoint import Checkpoint
from models.training.errors import TrainingError
from models.training.lexicon import Lexicon

TARGET_PIECES = _ROWS, _BIAS = "decoder.pieces.weight", "decoder.bias"


def carry_over(
    old: Checkpoint,
    old_pieces: SentencePieceProcessor,
    pieces: SentencePieceProcessor,
    lexicon: Lexicon | None = None,
) -> tuple[dict[str, Tensor], int]:
    """Return the weights for a new target vocabulary, and how many of its pieces do not begin at random.

    Where both vocabularies are the same, and without a lexicon, nothing changes. Raises TrainingError.
    """
    if old_pieces.vocab_size() != old.shape.target_pieces:
        raise TrainingError(
            f"--init-pieces: {old_pieces.vocab_size()} pieces; the checkpoint's target has {old.shape.target_pieces}"
        )
    rows, bias = old.weights[_ROWS], old.weights[_BIAS]
    shared = {old_pieces.id_to_piece(index): index for index in range(old_pieces.vocab_size())}
    new_rows = torch.empty(pieces.vocab_size(), rows.shape[1]).normal_(0, float(rows.std()))
    new_bias = torch.full((pieces.vocab_size(),), float(bias.mean()))
    known = torch.zeros(pieces.vocab_size(), dtype=torch.bool)
    for index in range(pieces.vocab_size()):
        place = shared.get(pieces.id_to_piece(index))
        if place is not None:
            new_rows[index], new_bias[index] = rows[place], bias[place]
            known[index] = True
    if lexicon and len(lexicon.new):
        told = torch.from_numpy(np.unique(lexicon.new))
        columns = torch.cat([rows, bias[:, None], rows.norm(dim=1, keepdim=True)], 1)
        means = _means(columns, lexicon, pieces.vocab_size())[told]
        mean_rows, length = means[:, :-2], means[:, -1:]
        # A mean is shorter than what it is the mean of.
        new_rows[told] = mean_rows * length / mean_rows.norm(dim=1, keepdim=True)
        new_bias[told] = means[:, -2]
        known[told] = True
    return old.weights | {_ROWS: new_rows, _BIAS: new_bias}, int(known.sum())


def _means(columns: Tensor, lexicon: Lexicon, pieces: int) -> Tensor:
    """Return for each new piece the mean of the rows of the old ones, each as often as it is likely."""
    entries = torch.from_numpy(np.stack([lexicon.new, lexicon.old]))
    matrix = torch.sparse_coo_tensor(
        entries, torch.from_numpy(lexicon.probability).float(), (pieces, len(columns)), check_invariants=True
    )
    means: Tensor = torch.sparse.mm(matrix, columns)
    return means
