"""Log-probabilities out of the logits that CTranslate2 gives with an answer."""

from collections.abc import Sequence

import ctranslate2
import numpy as np


class Odds:
    """What a model thought of every token at some places in a row."""

    def __init__(self, logits: Sequence[ctranslate2.StorageView]) -> None:
        """`logits`: of the whole vocabulary, for each place."""
        rows = [np.asarray(view.to_device(ctranslate2.Device.cpu), dtype=np.float32).reshape(-1) for view in logits]
        self._rows = np.stack(rows) if rows else np.zeros((0, 1), np.float32)
        peaks = self._rows.max(-1, keepdims=True)
        self._totals = np.log(np.exp(self._rows - peaks).sum(-1)) + peaks[:, 0]

    def __len__(self) -> int:
        """Return at how many places."""
        return len(self._rows)

    def of(self, place: int, token: int) -> float:
        """Return the log-probability of a token, by its number in the vocabulary."""
        return float(self._rows[place, token] - self._totals[place])
