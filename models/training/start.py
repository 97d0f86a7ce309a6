"""The model that a training begins with."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from models.training.bert import Bert
from models.training.carry_over import carry_over
from models.training.checkpoint import Checkpoint, load_checkpoint
from models.training.corpus import read_pairs
from models.training.errors import TrainingError
from models.training.lexicon import in_both, make_lexicon
from models.training.model import TranslationModel, model_of
from models.training.run import Run, load_pieces
from models.training.served import read_served
from models.training.settings import Settings
from models.training.shape import Shape
from models.training.wordpieces import rows


def from_bert(run: Run, folder: Path, settings: Settings, decoder_layers: int) -> TranslationModel:
    """Return a model whose encoder is a BERT's, and whose decoder knows nothing. Raises TrainingError."""
    source, target = run.tokenisers()
    bert = Bert(folder)
    width = bert.config.hidden_size
    shape = Shape(
        source_pieces=source.vocab_size(),
        target_pieces=target.vocab_size(),
        width=width,
        feed_forward=bert.config.intermediate_size,
        encoder_layers=bert.config.num_hidden_layers,
        decoder_layers=decoder_layers,
        encoder_heads=bert.config.num_attention_heads,
        decoder_heads=max(1, bert.config.num_attention_heads // 2),
        positions=min(256, bert.config.max_position_embeddings - 1),
    )
    model = TranslationModel(shape, settings.dropout)
    bert.start(model.encoder, rows(source, bert.vocabulary))
    return model


def read_trained(path: Path) -> Checkpoint:
    """Read a trained model: a checkpoint, or a folder that is served. Raises TrainingError."""
    return read_served(path) if path.is_dir() else load_checkpoint(path)


class Trained(NamedTuple):
    """A model that is trained already."""

    checkpoint: Checkpoint
    pieces: Path
    """Its target's."""
    corpus: Path | None = None
    """Pairs of its language, where another is to be trained."""


def from_trained(
    run: Run, trained: Trained, settings: Settings, tell: Callable[[str], None] = lambda _: None
) -> TranslationModel:
    """Return a model that goes on from another. Raises TrainingError."""
    source, target = run.tokenisers()
    old = trained.checkpoint
    if source.vocab_size() != old.shape.source_pieces:
        raise TrainingError(
            f"{run.source_pieces}: {source.vocab_size()} pieces; the checkpoint's source has "
            f"{old.shape.source_pieces}: give its source.spm to `pieces --source-pieces`"
        )
    old_pieces, lexicon = load_pieces(trained.pieces), None
    if trained.corpus:
        sentences = list(in_both(read_pairs(trained.corpus), read_pairs(run.train)))
        tell(f"{len(sentences):,} of its sentences are in {trained.corpus.name}, too")
        lexicon = make_lexicon(sentences, old_pieces, target)
    weights, kept = carry_over(old, old_pieces, target, lexicon)
    tell(f"{kept:,} of {target.vocab_size():,} target pieces are known")
    shape = msgspec.structs.replace(old.shape, target_pieces=target.vocab_size())
    return model_of(Checkpoint(weights, shape, old.tokens), settings.dropout)
