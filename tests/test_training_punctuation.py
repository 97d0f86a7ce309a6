"""The punctuation model is trained from a translation model's encoder, and can be served."""

from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from models.training.__main__ import commands
from models.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from models.training.corpus import Pair
from models.training.model import TranslationModel
from models.training.punctuation_examples import Word, read_sentences, spoken_words
from models.training.punctuation_model import from_translation_model
from models.training.run import load_pieces
from models.training.shape import Shape
from rtt.catalog import Catalog
from rtt.convert.check import Outcome, check
from tests.toy_language import sentences

SOURCE = Path(__file__).parent.parent / "models" / "en-de" / "source.spm"


def test_words_are_as_a_recogniser_writes_them_and_keep_their_marks() -> None:
    assert spoken_words("Well — yes, “Peter's” co-op is open; isn't it?") == [
        Word("well", 1),
        Word("yes", 1),
        Word("peter's", 0),
        Word("co-op", 0),
        Word("is", 0),
        Word("open", 1),
        Word("isn't", 0),
        Word("it", 3),
    ]


def test_sentences_are_read_once_and_whole(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.tsv"
    pairs = [Pair("", text, "x") for text in ("This is one.", "This is one.", "This is not", "Yes.", "This is two?")]
    corpus.write_text("".join(f"{pair.source}\t{pair.target}\n" for pair in pairs))
    assert list(read_sentences([corpus])) == ["This is one.", "This is two?"]


@pytest.fixture
def translation_model(tmp_path: Path) -> Path:
    """A checkpoint of a small translation model with the bundled source pieces."""
    shape = Shape(load_pieces(SOURCE).vocab_size(), 300, 32, 64, 4, 1, 2, 1)
    path = tmp_path / "average.pt"
    save_checkpoint(path, Checkpoint(TranslationModel(shape, 0.0).state_dict(), shape, 0))
    return path


def test_it_begins_with_the_first_layers_of_the_encoder(translation_model: Path) -> None:
    weights = load_checkpoint(translation_model).weights
    begun = from_translation_model(translation_model).state_dict()
    assert len(begun) > 40
    assert all(torch.equal(weights[name], weight) for name, weight in begun.items() if not name.startswith("head."))


def test_it_is_trained_and_exported(translation_model: Path, tmp_path: Path) -> None:
    corpus, checkpoint = tmp_path / "corpus.tsv", tmp_path / "punctuation.pt"
    corpus.write_text("".join(f"{source}\t{target}\n" for source, target in sentences()[:300]))
    pieces = ["--pieces", str(SOURCE)]
    trained = ["train", str(checkpoint), str(corpus), "--init", str(translation_model), *pieces, "--minutes", "0.01"]
    trained += ["--threads", "1"]
    exported = ["export", str(checkpoint), str(tmp_path / "en-punctuation"), *pieces, "--licence", "CC0-1.0", "--json"]
    for arguments in (trained, exported):
        done = CliRunner().invoke(commands, ["punctuation", *arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
    model = Catalog.find([tmp_path / "en-punctuation"]).models["en-punctuation"]
    found = {one.check: one.outcome for one in check(model, ["good morning everyone how are you"], ("en", "en"))}
    assert set(found.values()) == {Outcome.GOOD}
