"""Makes a decoded prefix right for models whose decoder starts from a zero embedding.

Marian's decoders begin from a vector of zeros instead of a token. CTranslate2 knows that as a flag, under which it also
zeroes the first token of a prefix that is run in one pass, or leaves its scale out. A token of its own does the same
without the flag: its embedding is zero, and its output bias so low that it is never written.
"""

from typing import Any

import numpy as np

from rtt.convert.vocabulary import Vocabularies
from rtt.convert.weights import OUTPUT_BIAS, SOURCE_ROWS, TARGET_ROWS, Variable, Weights
from rtt.errors import ModelError

FLAG = "decoder/start_from_zero_embedding"
# Fits into float16, too; the logits of a model stay far above it.
_NEVER = -1e4
# The usual name of such a token, which Marian's vocabularies lack, and others for those that don't.
_NAMES = ("<s>", "<pad>", "<start>")


def give_start_token(weights: Weights, vocabularies: Vocabularies, config: dict[str, Any]) -> bool:
    """Replace the flag by a token, in place; return whether there was anything to do. Raises ModelError."""
    if not weights.flag(FLAG):
        return False
    weights.variables[FLAG] = Variable("int8", np.zeros((), np.int8))
    if OUTPUT_BIAS not in weights.variables:
        like = weights.variables["decoder/layer_0/self_attention/layer_norm/gamma"]
        bias = np.zeros(len(vocabularies.target), like.array.dtype)
        weights.variables[OUTPUT_BIAS] = Variable(like.type, bias)
    weights.change_rows({*TARGET_ROWS, *([SOURCE_ROWS] if vocabularies.shared else [])}, _with_start)
    token = next((name for name in _NAMES if name not in vocabularies.target), None)
    if token is None:
        raise ModelError(f"the vocabulary has all of {', '.join(_NAMES)}: none can be the start token")
    vocabularies.target.append(token)
    config["decoder_start_token"] = token
    return True


def _with_start(array: np.ndarray, what: str) -> np.ndarray:
    value = {"weight": 0, "weight_scale": 1, "bias": _NEVER}[what]
    return np.concatenate([array, np.full((1, *array.shape[1:]), value, array.dtype)])
