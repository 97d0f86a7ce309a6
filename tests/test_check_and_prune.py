"""What a model is held against, and what becomes of one whose vocabulary is cut."""

import shutil
from pathlib import Path

import numpy as np
import orjson
import pytest

from rtt.catalog import Catalog, Model
from rtt.convert.bring import Wishes, convert
from rtt.convert.check import Outcome, check
from rtt.convert.folder import seal
from rtt.convert.prune import Plan, prune
from rtt.convert.prune_report import PruneReport
from rtt.convert.samples import samples
from rtt.convert.start import FLAG
from rtt.convert.vocabulary import read_vocabularies
from rtt.convert.weights import Variable, read_weights, write_weights
from rtt.ct2.hardware import choose_hardware
from rtt.ct2.multilingual import MultilingualTranslator
from rtt.errors import ModelError
from tests import small_models as small
from tests.folders import BUNDLED, ModelFolder

PAIR = ("en", "de")
TEXTS = [
    "The house is old.",
    "We go home now.",
    "Paul sees the dog.",
    "It is late, and we are tired.",
    "She reads a book.",
    "The weather was good in 2014.",
]


def model(folder: Path) -> Model:
    return next(iter(Catalog.find([folder]).models.values()))


def outcomes(found: Model) -> dict[str, Outcome]:
    return {finding.check: finding.outcome for finding in check(found, samples("en"), PAIR)}


def pruned(found: Model, keep: int, texts: list[str] = TEXTS) -> tuple[PruneReport, Model | None]:
    return prune(found, Plan("small", PAIR, keep), texts, samples("en"), lambda _: None)


@pytest.fixture
def bundled(tmp_path: Path) -> Model:
    """The bundled model, in a folder whose neighbours don't matter."""
    return model(ModelFolder(tmp_path / "models" / "en-de").path)


def test_the_bundled_model_passes() -> None:
    assert set(outcomes(model(BUNDLED)).values()) == {Outcome.GOOD}


def test_a_damaged_model_fails(bundled: Model) -> None:
    (bundled.folder / "model.bin").unlink()
    (bundled.folder / "model.bin").write_bytes(b"")
    (finding,) = check(bundled, TEXTS, PAIR)
    assert (finding.check, finding.outcome) == ("files", Outcome.BAD)


def test_a_converted_marian_model_continues_prefixes_and_its_licence_is_doubtful(tmp_path: Path) -> None:
    origin = small.marian(tmp_path / "opus-mt-en-de", seed=1)
    (origin / "LICENSE").unlink()
    found = outcomes(convert(origin, tmp_path / "models", Wishes(), lambda _: None))
    assert found["prefix"] is found["prefix in one pass"] is Outcome.GOOD
    assert found["licence"] is Outcome.DOUBTFUL
    # Random weights write nothing of sense.
    assert found["translation"] is Outcome.DOUBTFUL


def test_a_model_that_starts_from_zeros_is_found_out(tmp_path: Path) -> None:
    made = convert(small.marian(tmp_path / "opus-mt-en-de"), tmp_path / "models", Wishes(), lambda _: None)
    weights = read_weights(made.folder / "model.bin")
    weights.variables[FLAG] = Variable("int8", np.ones((), np.int8))
    write_weights(weights, made.folder / "model.bin")
    seal(made.folder, made.manifest, "")
    found = outcomes(model(made.folder))
    assert (found["prefix"], found["prefix in one pass"]) == (Outcome.GOOD, Outcome.DOUBTFUL)


def test_what_was_found_out_of_a_model_of_many_languages_holds_for_each_pair(tmp_path: Path) -> None:
    made = convert(
        small.many(tmp_path / "nllb", ["eng_Latn", "deu_Latn"]), tmp_path / "models", Wishes(), lambda _: None
    )
    translator = MultilingualTranslator(made, choose_hardware("cpu", "auto", 1))
    assert translator.of_pair("de", "en").prefill
    translator._decoder.prefill = False
    assert not translator.of_pair("de", "en").prefill


def test_a_punctuation_model_is_checked_as_far_as_it_goes() -> None:
    found = {one.check for one in check(model(BUNDLED.parent / "en-punctuation"), TEXTS, ("en", "en"))}
    assert "prefix" not in found


def test_a_language_without_samples_asks_for_text() -> None:
    with pytest.raises(ModelError, match="no sample sentences in xx: give some with --text"):
        samples("xx")


def test_a_vocabulary_that_keeps_all_changes_nothing(bundled: Model) -> None:
    report, smaller = pruned(bundled, keep=30_000)
    assert smaller
    assert report.source_tokens == (27990, 27990)
    assert report.alike == report.sentences
    assert report.names[0] == report.names[1] > 5
    assert report.numbers[0] == report.numbers[1] > 5
    smaller.verify()


def test_a_smaller_vocabulary_translates_what_it_was_made_for(bundled: Model) -> None:
    texts = [text for text in [*samples("en"), *TEXTS] for _ in range(2)]
    report, smaller = pruned(bundled, keep=0, texts=texts)
    assert smaller, report.lost
    assert report.source_tokens[1] < report.source_tokens[0] / 2
    assert report.target_tokens[1] < report.target_tokens[0] / 2
    assert report.megabytes[1] < report.megabytes[0] * 0.7
    assert report.names[1] == report.names[0] > 5
    assert report.alike > report.sentences / 2
    assert smaller.manifest.name == "small"
    assert "## Pruned" in (smaller.folder / "MODEL.md").read_text()
    weights, vocabularies = read_weights(smaller.folder / "model.bin"), read_vocabularies(smaller.folder)
    assert len(weights.variables["encoder/embeddings_0/weight"].array) == len(vocabularies.source)
    assert len(weights.variables["decoder/projection/bias"].array) == len(vocabularies.target)


def test_what_loses_a_name_is_not_applied(bundled: Model) -> None:
    report, smaller = pruned(bundled, keep=0)
    assert smaller is None
    assert "berlin" in report.lost
    assert report.names[1] < report.names[0]
    assert [path.name for path in bundled.folder.parent.iterdir()] == ["en-de"]


def test_a_shared_vocabulary_is_cut_for_one_pair_of_many(tmp_path: Path) -> None:
    origin = small.many(tmp_path / "nllb", ["eng_Latn", "deu_Latn", "fra_Latn"])
    found = convert(origin, tmp_path / "models", Wishes(), lambda _: None)
    report, smaller = prune(found, Plan("small", ("fr", "de"), 0), ["Good."] * 10, ["Good."], lambda _: None)
    assert smaller
    assert report.source_tokens == report.target_tokens
    assert report.source_tokens[1] < report.source_tokens[0]
    assert (smaller.manifest.sources, smaller.manifest.targets) == ({"fr": "fra_Latn"}, {"de": "deu_Latn"})
    shared = orjson.loads((smaller.folder / "shared_vocabulary.json").read_bytes())
    assert {"<unk>", "</s>", "fra_Latn", "deu_Latn"} <= set(shared)


def test_a_marian_model_is_cut_with_its_start_token(tmp_path: Path) -> None:
    found = convert(small.marian(tmp_path / "opus-mt-en-de"), tmp_path / "models", Wishes(), lambda _: None)
    _, smaller = pruned(found, keep=0, texts=["The cat."] * 10)
    assert smaller
    assert outcomes(smaller)["prefix in one pass"] is Outcome.GOOD
    shutil.rmtree(found.folder)
    assert "<s>" in read_vocabularies(smaller.folder).target
