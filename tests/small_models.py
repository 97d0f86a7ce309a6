"""Small models of each format, with random weights and vocabularies of a few sentences."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import sentencepiece
import yaml
from ctranslate2.specs import transformer_spec

WIDTH, HIDDEN, HEADS = 16, 32, 2
ENGLISH = ["The cat sat on the mat.", "Good morning, everybody.", "How are you today?", "In 1998 we had 25 houses."]
GERMAN = [
    "Die Katze saß auf der Matte.",
    "Guten Morgen zusammen.",
    "Wie geht es dir heute?",
    "1998 hatten wir 25 Häuser.",
]


def spm(path: Path, sentences: list[str], size: int = 60) -> list[str]:
    """Train a tokeniser; return its pieces."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences * 5),
        model_writer=model,
        vocab_size=size,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    path.write_bytes(model.getvalue())
    tokeniser = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    return [tokeniser.id_to_piece(index) for index in range(tokeniser.vocab_size())]


class _Random:
    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def __call__(self, *shape: int, scale: float = 0.5) -> np.ndarray:
        return self._generator.normal(0, scale, shape).astype(np.float32)


def marian(folder: Path, *, without: str = "", seed: int = 0) -> Path:
    """A model as OPUS-MT publishes them; `without` is a piece that its vocabulary lacks."""
    folder.mkdir(parents=True)
    pieces = spm(folder / "source.spm", ENGLISH) + spm(folder / "target.spm", GERMAN)
    special = ["</s>", "<unk>"]
    vocabulary = [*special, *sorted({piece for piece in pieces if piece not in {*special, "<s>", without}})]
    lines = [f"{orjson.dumps(token).decode()}: {number}\n" for number, token in enumerate(vocabulary)]
    (folder / "opus.vocab.yml").write_text("".join(lines))
    np.savez(folder / "opus.npz", allow_pickle=False, **_marian_weights(len(vocabulary), _Random(seed)))
    listed = {"models": ["opus.npz"], "vocabs": ["opus.vocab.yml", "opus.vocab.yml"], "beam-size": 6}
    (folder / "decoder.yml").write_text(yaml.safe_dump(listed))
    (folder / "LICENSE").write_text("Attribution 4.0 International\n")
    return folder


def _marian_weights(size: int, random: _Random) -> dict[str, np.ndarray]:
    options = {
        "type": "transformer",
        "enc-depth": 1,
        "dec-depth": 1,
        "transformer-heads": HEADS,
        "transformer-decoder-autoreg": "self-attention",
        "transformer-no-projection": False,
        "transformer-ffn-activation": "swish",
        "transformer-preprocess": "",
        "transformer-postprocess": "dan",
        "transformer-postprocess-emb": "d",
        "transformer-guided-alignment-layer": "last",
    }
    # Logits far below zero, so that a token whose output is nothing would be written first.
    weights = {"Wemb": random(size, WIDTH), "decoder_ff_logit_out_b": random(1, size) - 50}
    weights["special:model.yml"] = np.frombuffer(yaml.safe_dump(options).encode() + b"\0", np.int8)
    for scope in ("encoder_l1_self", "decoder_l1_self", "decoder_l1_context"):
        for name in "qkvo":
            weights |= {f"{scope}_W{name}": random(WIDTH, WIDTH), f"{scope}_b{name}": random(1, WIDTH)}
        weights |= _marian_norm(f"{scope}_Wo")
    for scope in ("encoder_l1_ffn", "decoder_l1_ffn"):
        weights |= {f"{scope}_W1": random(WIDTH, HIDDEN), f"{scope}_b1": random(1, HIDDEN)}
        weights |= {f"{scope}_W2": random(HIDDEN, WIDTH), f"{scope}_b2": random(1, WIDTH)}
        weights |= _marian_norm(f"{scope}_ffn")
    return weights


def _marian_norm(scope: str) -> dict[str, np.ndarray]:
    return {f"{scope}_ln_scale": np.ones((1, WIDTH), np.float32), f"{scope}_ln_bias": np.zeros((1, WIDTH), np.float32)}


def ctranslate2_model(
    folder: Path, source: list[str], target: list[str] | None = None, *, seed: int = 0, **config: Any
) -> Path:
    """A CTranslate2 model with these vocabularies, or one that both sides share."""
    folder.mkdir(parents=True, exist_ok=True)
    random = _Random(seed)
    spec = transformer_spec.TransformerSpec.from_config((1, 1), HEADS)
    spec.encoder.embeddings[0].weight = random(len(source), WIDTH)
    spec.decoder.embeddings.weight = random(len(target), WIDTH) if target else spec.encoder.embeddings[0].weight
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    for layer in (*spec.encoder.layer, *spec.decoder.layer):
        _fill(layer.self_attention, random, (3 * WIDTH, WIDTH))
        if hasattr(layer, "attention"):
            _fill(layer.attention, random, (WIDTH, 2 * WIDTH, WIDTH))
        _linear(layer.ffn.linear_0, random, HIDDEN, WIDTH)
        _linear(layer.ffn.linear_1, random, WIDTH, HIDDEN)
        _norm(layer.ffn.layer_norm)
    for side in (spec.encoder, spec.decoder):
        _norm(side.layer_norm)
        side.position_encodings.encodings = random(128, WIDTH, scale=0.1)
    spec.register_source_vocabulary(source)
    spec.register_target_vocabulary(target or source)
    for name, value in config.items():
        setattr(spec.config, name, value)
    spec.validate()
    spec.optimize()
    spec.save(str(folder))
    return folder


def _fill(attention: Any, random: _Random, sizes: tuple[int, ...]) -> None:
    for linear, size in zip(attention.linear, sizes, strict=True):
        _linear(linear, random, size, WIDTH)
    _norm(attention.layer_norm)


def _linear(linear: Any, random: _Random, outputs: int, inputs: int) -> None:
    linear.weight, linear.bias = random(outputs, inputs), random(outputs)


def _norm(norm: Any) -> None:
    norm.gamma, norm.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)


def ready(folder: Path, **config: Any) -> Path:
    """A CTranslate2 model from English to German, with its tokenisers."""
    folder.mkdir(parents=True)
    source, target = spm(folder / "source.spm", ENGLISH), spm(folder / "target.spm", GERMAN)
    return ctranslate2_model(folder, source, target, add_source_eos=True, **config)


def many(folder: Path, tokens: list[str], seed: int = 0) -> Path:
    """A CTranslate2 model of many languages, which these tokens name."""
    folder.mkdir(parents=True)
    pieces = spm(folder / "sentencepiece.bpe.model", ENGLISH + GERMAN, 90)
    return ctranslate2_model(folder, [*pieces, *tokens], seed=seed, decoder_start_token="</s>")


def argos(path: Path, **metadata: str) -> Path:
    """An Argos package."""
    folder = path.parent / "argos-content"
    pieces_path = folder / "sentencepiece.model"
    folder.mkdir(parents=True)
    ctranslate2_model(folder / "model", spm(pieces_path, ENGLISH + GERMAN, 90))
    content = {"from_code": "en", "to_code": "de", "package_version": "1.0"} | metadata
    (folder / "metadata.json").write_bytes(orjson.dumps(content))
    zipped(folder, path, "translate-en_de-1_0")
    return path


def zipped(folder: Path, path: Path, top: str) -> Path:
    """A folder as a zip file, under a folder of another name."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, f"{top}/{file.relative_to(folder)}")
    return path
