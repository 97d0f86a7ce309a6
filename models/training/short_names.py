"""Checkpoints whose weights have short names, as those of the first bundled models have."""

from collections.abc import Mapping

from torch import Tensor

_TOP = {
    "se": "encoder.pieces",
    "sp": "encoder.positions",
    "sn": "encoder.norm",
    "enc": "encoder.layers",
    "te": "decoder.pieces",
    "dec": "decoder.layers",
    "dn": "decoder.norm",
    "bias": "decoder.bias",
}
_BOTH = {"sa": "attention", "n1": "attention_norm", "f1": "widen", "f2": "narrow"}
_PARTS = {
    "enc": _BOTH | {"n2": "feed_norm"},
    "dec": _BOTH | {"n2": "source_norm", "ca": "source_attention", "n3": "feed_norm"},
}
_LINEAR = {"q": "query", "k": "key", "v": "value", "o": "output"}
_ENCODER_HEAD, _DECODER_HEAD = 32, 64


def are_short(weights: Mapping[str, Tensor]) -> bool:
    """Tell whether these are names of that kind."""
    return "se.weight" in weights


def lengthen(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights by the names they have here."""
    return {_lengthen(name): weight for name, weight in weights.items()}


def heads_of(weights: Mapping[str, Tensor]) -> tuple[int, int]:
    """Return the heads of the encoder and the decoder (of weights with long names): they are as wide as MiniLM's."""
    width = weights["encoder.pieces.weight"].shape[1]
    return width // _ENCODER_HEAD, width // _DECODER_HEAD


def _lengthen(name: str) -> str:
    top, *parts = name.split(".")
    within = _PARTS.get(top, {})
    return ".".join([_TOP[top], *(within.get(part, _LINEAR.get(part, part)) for part in parts)])
