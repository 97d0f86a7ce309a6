"""Log-probabilities out of the logits that CTranslate2 gives with an answer."""

from collections.abc import Sequence

import ctranslate2
import numpy as np


class Odds:
    """What a model thought of every token at some places in a row."""

    def __init__(self, logits: Sequence[ctranslate2.StorageView]) -> None:
        """`logits`: of the whole vocabulary, for each place."""
        self._logits = logits

    def __len__(self) -> int:
        """Return at how many places."""
        return len(self._logits)

    def of(self, place: int, token: int) -> float:
        """Return the log-probability of a token, by its number in the vocabulary."""
        # Place by place: one array of all of them is too large for the cache, and takes nine times as long.
        row = np.asarray(self._logits[place].to_device(ctranslate2.Device.cpu)).reshape(-1)
        peak = row.max()
        return float(row[token] - peak - np.log(np.exp(row - peak).sum()))
