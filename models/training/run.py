"""The folder of one training: each command finds there what the one before it has written."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec
import sentencepiece

from models.training.errors import TrainingError
from models.training.mix import Summary


@dataclass(frozen=True, slots=True)
class Run:
    """Where everything is."""

    folder: Path

    @property
    def train(self) -> Path:
        """Pairs to train on, from `mix`."""
        return self.folder / "train.tsv"

    @property
    def dev(self) -> Path:
        """Pairs held out, from `mix`."""
        return self.folder / "dev.tsv"

    @property
    def summary(self) -> Path:
        """What `mix` kept and dropped, and the languages."""
        return self.folder / "mix.json"

    @property
    def source_pieces(self) -> Path:
        """The tokeniser of the source, from `pieces`."""
        return self.folder / "source.spm"

    @property
    def target_pieces(self) -> Path:
        """The tokeniser of the target, from `pieces`."""
        return self.folder / "target.spm"

    @property
    def state(self) -> Path:
        """All that `train` needs to go on."""
        return self.folder / "state.pt"

    @property
    def average(self) -> Path:
        """The averaged weights: what is exported."""
        return self.folder / "average.pt"

    @property
    def journal(self) -> Path:
        """The course of the training, an object a line."""
        return self.folder / "log.jsonl"

    def read_summary(self) -> Summary:
        """Return what `mix` wrote. Raises TrainingError."""
        try:
            return msgspec.json.decode(self.summary.read_bytes(), type=Summary)
        except FileNotFoundError:
            raise TrainingError(f"{self.summary}: there is none; `mix` writes it") from None
        except (OSError, msgspec.MsgspecError) as error:
            raise TrainingError(f"{self.summary}: {error}") from error

    def digest(self) -> str:
        """Return a checksum of what is trained on and of the tokenisers."""
        whole = hashlib.sha256()
        for path in (self.train, self.source_pieces, self.target_pieces):
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        return whole.hexdigest()[:16]

    def tokenisers(self) -> tuple[sentencepiece.SentencePieceProcessor, sentencepiece.SentencePieceProcessor]:
        """Return those of the source and the target. Raises TrainingError."""
        return load_pieces(self.source_pieces), load_pieces(self.target_pieces)


def load_pieces(path: Path) -> sentencepiece.SentencePieceProcessor:
    """Read a tokeniser. Raises TrainingError."""
    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise TrainingError(f"{path}: no SentencePiece model ({error}); `pieces` writes them") from error
