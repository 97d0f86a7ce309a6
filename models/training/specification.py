"""A checkpoint as CTranslate2 describes models; what `specification` returns can be saved as one that it runs."""

from collections.abc import Mapping, Sequence

import numpy as np
from ctranslate2.specs import attention_spec, common_spec, transformer_spec
from sentencepiece import SentencePieceProcessor
from torch import Tensor

from models.training.checkpoint import Checkpoint
from models.training.decoder import sinusoids

Weights = Mapping[str, np.ndarray]


def specification(
    checkpoint: Checkpoint, source: Sequence[str], target: Sequence[str]
) -> transformer_spec.TransformerSpec:
    """Return a translation model with the pieces of its source and its target, by their numbers."""
    shape = checkpoint.shape
    weights = arrays(checkpoint.weights)
    decoder = transformer_spec.TransformerDecoderSpec(
        shape.decoder_layers, shape.decoder_heads, pre_norm=True, activation=common_spec.Activation.RELU
    )
    decoder.scale_embeddings = True
    # A prefix of the output would be wrong with it.
    decoder.start_from_zero_embedding = False
    decoder.embeddings.weight = weights["decoder.pieces.weight"]
    decoder.position_encodings.encodings = sinusoids(shape.target_positions, shape.width).numpy()
    for number, layer in enumerate(decoder.layer):
        name = f"decoder.layers.{number}"
        _self_attention(layer.self_attention, weights, name)
        _source_attention(layer.attention, weights, name)
        _feed_forward(layer.ffn, weights, name)
    _norm(decoder.layer_norm, weights, "decoder.norm")
    _set(decoder.projection, weights["decoder.pieces.weight"], weights["decoder.bias"])
    encoder = encoder_specification(weights, shape.encoder_layers, shape.encoder_heads)
    spec = transformer_spec.TransformerSpec(encoder, decoder)
    spec.register_source_vocabulary(source)
    spec.register_target_vocabulary(target)
    spec.config.add_source_eos = True
    spec.config.add_source_bos = False
    name_symbols(spec.config)
    spec.config.decoder_start_token = spec.config.bos_token
    return spec


def encoder_specification(weights: Weights, layers: int, heads: int) -> transformer_spec.TransformerEncoderSpec:
    """Return the encoder of a model."""
    encoder = transformer_spec.TransformerEncoderSpec(
        layers, heads, pre_norm=False, activation=common_spec.Activation.GELU, layernorm_embedding=True
    )
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = weights["encoder.pieces.weight"]
    encoder.position_encodings.encodings = weights["encoder.positions.weight"]
    _norm(encoder.layernorm_embedding, weights, "encoder.norm")
    for number, layer in enumerate(encoder.layer):
        _self_attention(layer.self_attention, weights, f"encoder.layers.{number}")
        _feed_forward(layer.ffn, weights, f"encoder.layers.{number}")
    return encoder


def name_symbols(config: "transformer_spec.model_spec.ModelConfig") -> None:
    """Say which pieces begin and end a text, and which stands for what is unknown."""
    config.unk_token, config.bos_token, config.eos_token = "<unk>", "<s>", "</s>"


def pieces_of(tokeniser: SentencePieceProcessor) -> list[str]:
    """Return the pieces of a tokeniser by their numbers."""
    return [tokeniser.id_to_piece(index) for index in range(tokeniser.vocab_size())]


def arrays(weights: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    """Return copies of weights as numpy has them, in float32: CTranslate2 changes some in their place."""
    return {name: weight.float().numpy().copy() for name, weight in weights.items()}


def _self_attention(spec: attention_spec.MultiHeadAttentionSpec, weights: Weights, name: str) -> None:
    attention = f"{name}.attention"
    _set(spec.linear[0], *_fused(weights, attention, ("query", "key", "value")))
    _linear(spec.linear[1], weights, f"{attention}.output")
    _norm(spec.layer_norm, weights, f"{name}.attention_norm")


def _source_attention(spec: attention_spec.MultiHeadAttentionSpec, weights: Weights, name: str) -> None:
    attention = f"{name}.source_attention"
    _linear(spec.linear[0], weights, f"{attention}.query")
    _set(spec.linear[1], *_fused(weights, attention, ("key", "value")))
    _linear(spec.linear[2], weights, f"{attention}.output")
    _norm(spec.layer_norm, weights, f"{name}.source_norm")


def _feed_forward(spec: transformer_spec.FeedForwardSpec, weights: Weights, name: str) -> None:
    _linear(spec.linear_0, weights, f"{name}.widen")
    _linear(spec.linear_1, weights, f"{name}.narrow")
    _norm(spec.layer_norm, weights, f"{name}.feed_norm")


def _fused(weights: Weights, name: str, parts: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    kinds = ("weight", "bias")
    weight, bias = (np.concatenate([weights[f"{name}.{part}.{kind}"] for part in parts]) for kind in kinds)
    return weight, bias


def _linear(spec: common_spec.LinearSpec, weights: Weights, name: str) -> None:
    _set(spec, weights[f"{name}.weight"], weights[f"{name}.bias"])


def _norm(spec: common_spec.LayerNormSpec, weights: Weights, name: str) -> None:
    spec.gamma, spec.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _set(spec: common_spec.LinearSpec, weight: np.ndarray, bias: np.ndarray) -> None:
    spec.weight, spec.bias = weight, bias
