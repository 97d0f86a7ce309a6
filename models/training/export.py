"""A checkpoint as a folder that rtt serves."""

import shutil
from pathlib import Path

from ctranslate2.specs.model_spec import ModelSpec

from models.training.checkpoint import Checkpoint
from models.training.errors import TrainingError
from models.training.run import Run
from models.training.specification import pieces_of, specification
from rtt.catalog import Manifest, Model, Options, Tokeniser
from rtt.convert.folder import seal
from rtt.convert.format import SOURCE_SPM, TARGET_SPM
from rtt.convert.licence import UNKNOWN


def build(checkpoint: Checkpoint, run: Run, languages: tuple[str, str], out: Path) -> Model:
    """Write a model of int8 into an empty folder, with no card and no licence yet.

    Raises TrainingError where its pieces are not those of the run.
    """
    tokenisers = run.tokenisers()
    shape = checkpoint.shape
    for side, tokeniser, size in zip(
        ("source", "target"), tokenisers, (shape.source_pieces, shape.target_pieces), strict=True
    ):
        if tokeniser.vocab_size() != size:
            raise TrainingError(
                f"{run.folder}: {side}.spm has {tokeniser.vocab_size()} pieces, the checkpoint {size}: "
                "they do not belong together"
            )
    save_int8(specification(checkpoint, *map(pieces_of, tokenisers)), out)
    shutil.copyfile(run.source_pieces, out / SOURCE_SPM)
    shutil.copyfile(run.target_pieces, out / TARGET_SPM)
    source, target = languages
    manifest = Manifest(
        name="-".join(languages),
        source=source,
        target=target,
        description=(
            f"{source} to {target} for captions: encoder of {shape.encoder_layers} layers, "
            f"decoder of {shape.decoder_layers}, int8"
        ),
        licence=UNKNOWN,
        tokeniser=Tokeniser(SOURCE_SPM, TARGET_SPM),
        files={},
        options=Options(max_input_tokens=shape.positions),
    )
    return seal(out, manifest, "")


def save_int8(spec: ModelSpec, out: Path) -> None:
    """Write the weights of a specification, and its vocabularies."""
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(out))
