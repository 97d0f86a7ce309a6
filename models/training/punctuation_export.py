"""A trained punctuation model as a folder that rtt serves: a CTranslate2 encoder, and head.json with the head."""

import json
import shutil
from pathlib import Path

import msgspec
from ctranslate2.specs import transformer_spec
from torch import Tensor

from models.training.checkpoint import load
from models.training.errors import TrainingError
from models.training.export import save_int8
from models.training.punctuation_examples import MARKS
from models.training.punctuation_model import LAYERS
from models.training.run import load_pieces
from models.training.shape import Shape
from models.training.specification import arrays, encoder_specification, name_symbols, pieces_of
from rtt.catalog import Manifest, Model, Options, Task, Tokeniser
from rtt.convert.folder import CARD, seal
from rtt.convert.format import SOURCE_SPM


def content(weights: dict[str, Tensor], shape: Shape) -> dict[str, object]:
    """Return what is saved of a training."""
    return {"weights": weights, "shape": msgspec.to_builtins(shape)}


def export(checkpoint: Path, pieces: Path, out: Path, licence: str) -> Model:
    """Write a model of int8 into a folder, and leave the card that is there. Raises TrainingError."""
    saved = load(checkpoint)
    try:
        weights = arrays(saved["weights"])
        shape = msgspec.convert(saved["shape"], Shape)
        head = {"marks": MARKS, "weight": weights["head.weight"].tolist(), "bias": weights["head.bias"].tolist()}
    except (KeyError, msgspec.ValidationError) as error:
        raise TrainingError(f"{checkpoint}: no checkpoint of a punctuation model: {error!r}") from error
    spec = transformer_spec.TransformerEncoderModelSpec(encoder_specification(weights, LAYERS, shape.encoder_heads))
    spec.register_vocabulary(pieces_of(load_pieces(pieces)))
    name_symbols(spec.config)
    out.mkdir(parents=True, exist_ok=True)
    save_int8(spec, out)
    (out / "head.json").write_text(json.dumps(head))
    shutil.copyfile(pieces, out / SOURCE_SPM)
    manifest = Manifest(
        name=out.name,
        source="en",
        target="en",
        description=f"Punctuation for English speech: {LAYERS} encoder layers, int8",
        licence=licence,
        tokeniser=Tokeniser(SOURCE_SPM, SOURCE_SPM),
        files={},
        task=Task.PUNCTUATE,
        options=Options(max_input_tokens=shape.positions),
    )
    card = out / CARD
    return seal(out, manifest, card.read_text() if card.exists() else f"# {out.name}\n")
