"""Exports what train_punctuation.py has trained as a folder that rtt can load.

    python export_punctuation.py punctuation.pt --spm source.spm --out models/en-punctuation

Writes a CTranslate2 int8 encoder, head.json (the linear layer over it), the tokeniser, and their checksums in
model.json.
"""

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import ctranslate2
import numpy as np
import sentencepiece
import torch
from ctranslate2.specs import attention_spec, common_spec, transformer_spec
from train_punctuation import HEADS, LAYERS, MARKS

Weights = dict[str, np.ndarray]


def specification(weights: Weights, pieces: list[str]) -> transformer_spec.TransformerEncoderModelSpec:
    """Return the encoder as CTranslate2 describes it."""
    encoder = transformer_spec.TransformerEncoderSpec(
        LAYERS, HEADS, pre_norm=False, activation=common_spec.Activation.GELU, layernorm_embedding=True
    )
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = weights["se.weight"]
    encoder.position_encodings.encodings = weights["sp.weight"]
    _norm(encoder.layernorm_embedding, weights, "sn")
    for number, layer in enumerate(encoder.layer):
        name = f"enc.{number}"
        _attention(layer.self_attention, weights, f"{name}.sa")
        _norm(layer.self_attention.layer_norm, weights, f"{name}.n1")
        _linear(layer.ffn.linear_0, weights, f"{name}.f1")
        _linear(layer.ffn.linear_1, weights, f"{name}.f2")
        _norm(layer.ffn.layer_norm, weights, f"{name}.n2")
    spec = transformer_spec.TransformerEncoderModelSpec(encoder)
    spec.register_vocabulary(pieces)
    spec.config.unk_token, spec.config.bos_token, spec.config.eos_token = "<unk>", "<s>", "</s>"
    return spec


def _linear(spec: common_spec.LinearSpec, weights: Weights, name: str) -> None:
    spec.weight, spec.bias = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _norm(spec: common_spec.LayerNormSpec, weights: Weights, name: str) -> None:
    spec.gamma, spec.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _attention(spec: attention_spec.MultiHeadAttentionSpec, weights: Weights, name: str) -> None:
    spec.linear[0].weight = np.concatenate([weights[f"{name}.{part}.weight"] for part in "qkv"])
    spec.linear[0].bias = np.concatenate([weights[f"{name}.{part}.bias"] for part in "qkv"])
    _linear(spec.linear[1], weights, f"{name}.o")


def write_manifest(folder: Path, licence: str) -> None:
    """Write model.json with the size and checksum of every file beside it."""
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(folder.iterdir())
        if path.name not in {"model.json", "MODEL.md"}
    }
    manifest = {
        "name": folder.name,
        "task": "punctuate",
        "source": "en",
        "target": "en",
        "description": "Punctuation for English speech: 3 encoder layers, int8",
        "licence": licence,
        "tokeniser": {"source": "source.spm", "target": "source.spm"},
        "files": files,
    }
    (folder / "model.json").write_text(json.dumps(manifest, indent=2) + "\n")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("checkpoint", type=Path)
    arguments.add_argument("--spm", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--licence", default="CC-BY-SA-4.0")
    given = arguments.parse_args()
    weights: Weights = {name: value.float().numpy() for name, value in torch.load(given.checkpoint).items()}
    spm = sentencepiece.SentencePieceProcessor(model_file=str(given.spm))
    spec = specification(weights, [spm.id_to_piece(index) for index in range(spm.vocab_size())])
    spec.validate()
    spec.optimize(quantization="int8")
    given.out.mkdir(parents=True, exist_ok=True)
    spec.save(str(given.out))
    head = {"marks": MARKS, "weight": weights["head.weight"].tolist(), "bias": weights["head.bias"].tolist()}
    (given.out / "head.json").write_text(json.dumps(head))
    shutil.copy(given.spm, given.out / "source.spm")
    write_manifest(given.out, given.licence)
    print(given.out, {path.name: path.stat().st_size for path in given.out.iterdir()}, ctranslate2.__version__)


if __name__ == "__main__":
    main()
