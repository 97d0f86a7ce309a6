"""Models of every format become folders that rtt serves, whole or not at all."""

import shutil
import zipfile
from pathlib import Path
from types import SimpleNamespace

import ctranslate2
import numpy as np
import orjson
import pytest
import sentencepiece
from ctranslate2.converters import OpusMTConverter

from rtt.catalog import Catalog, Model, TagPlace
from rtt.convert.bring import Wishes, convert
from rtt.convert.quantise import Quantization
from rtt.convert.weights import read_weights
from rtt.ct2.tokeniser import written_pieces
from rtt.errors import ModelError
from tests import small_models as small
from tests.folders import BUNDLED

NLLB = ["eng_Latn", "deu_Latn", "zho_Hant", "zho_Hans"]
SAID = small.ENGLISH


def brought(origin: Path, models: Path | None = None, **wishes: object) -> Model:
    models = models or origin.parent / "models"
    made = convert(origin, models, Wishes(**wishes), lambda _: None)  # type: ignore[arg-type]
    # What is made is what a server finds, and nothing else is left behind.
    assert Catalog.find([models]).models == {made.name: made}
    assert [path.name for path in models.iterdir()] == [made.name]
    made.verify()
    return made


def refusal(origin: Path, **wishes: object) -> str:
    """Return why a model is refused; nothing of it may stay."""
    models = origin.parent / "models"
    with pytest.raises(ModelError) as refused:
        convert(origin, models, Wishes(**wishes), lambda _: None)  # type: ignore[arg-type]
    assert list(models.iterdir()) == []
    return str(refused.value)


def card(model: Model) -> str:
    return (model.folder / "MODEL.md").read_text()


def free_and_forced(folder: Path) -> list[tuple[list[str], list[str]]]:
    """What a model writes, freely and after its first half, which is given to it in one pass."""
    tokeniser = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    model = ctranslate2.Translator(str(folder))
    answers = []
    for source in tokeniser.encode(SAID, out_type=str):
        options = {"beam_size": 1, "max_decoding_length": 20}
        free = model.translate_batch([source], **options)[0].hypotheses[0]
        half = [free[: len(free) // 2]]
        one_pass = {"return_alternatives": True, "num_hypotheses": 1}
        forced = model.translate_batch([source], target_prefix=half, **one_pass, **options)[0].hypotheses[0]
        answers.append((free, forced))
    return answers


def test_a_marian_model(tmp_path: Path) -> None:
    made = brought(small.marian(tmp_path / "opus-mt-en-de"))
    manifest = made.manifest
    assert (manifest.name, manifest.source, manifest.target, manifest.licence) == ("en-de", "en", "de", "see LICENSE")
    assert manifest.files.keys() == {
        *("LICENSE", "config.json", "model.bin", "shared_vocabulary.json", "source.spm", "target.spm")
    }
    assert "opus-mt-en-de" in card(made)
    assert "Weights kept as int8" in card(made)


def test_a_prefix_in_one_pass_is_right_for_a_converted_marian_model(tmp_path: Path) -> None:
    origin = small.marian(tmp_path / "opus-mt-en-de")
    made = brought(origin)
    OpusMTConverter(str(origin)).convert(str(tmp_path / "plain"), quantization="int8")
    shutil.copy(origin / "source.spm", tmp_path / "plain")
    plain, mended = free_and_forced(tmp_path / "plain"), free_and_forced(made.folder)
    assert [free for free, _ in mended] == [free for free, _ in plain]
    assert all(free == forced for free, forced in mended)
    assert not all(free == forced for free, forced in plain)


def test_a_piece_that_the_model_lacks_is_not_written(tmp_path: Path) -> None:
    tokens = small.spm(tmp_path / "pieces.spm", SAID)
    lacking = max((token for token in tokens if not token.startswith("<")), key=len)
    made = brought(small.marian(tmp_path / "opus-mt-en-de", without=lacking))
    tokeniser = sentencepiece.SentencePieceProcessor(model_file=str(made.folder / "source.spm"))
    assert lacking not in written_pieces(tokeniser)
    assert lacking not in {piece for pieces in tokeniser.encode(SAID, out_type=str) for piece in pieces}
    assert "1 of the source" in card(made)


def test_a_zip_file_of_a_marian_model(tmp_path: Path) -> None:
    folder = small.marian(tmp_path / "content")
    archive = small.zipped(folder, tmp_path / "opus-2020-02-26.zip", "opus")
    shutil.rmtree(folder)
    assert brought(archive, sources=("en",), targets=("de",)).name == "en-de"


def test_a_marian_model_needs_no_name_that_tells_its_languages(tmp_path: Path) -> None:
    folder = small.marian(tmp_path / "mine")
    assert "name them with --source and --target" in refusal(folder)
    assert brought(folder, sources=("deu",), targets=("pt-br",)).name == "de-pt-BR"


def test_an_argos_package(tmp_path: Path) -> None:
    made = brought(small.argos(tmp_path / "translate-en_de.argosmodel", license="MIT", to_code="pb"))
    assert (made.name, made.manifest.licence) == ("en-pt-BR", "MIT")
    assert (made.folder / "source.spm").read_bytes() == (made.folder / "target.spm").read_bytes()


def test_what_an_argos_package_brings_besides_is_left_there(tmp_path: Path) -> None:
    path = small.argos(tmp_path / "translate-en_de.argosmodel")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("translate-en_de-1_0/stanza/de.pt", "x" * 100)
        archive.writestr("translate-en_de-1_0/../../../outside", "x")
    brought(path)
    assert not list(tmp_path.rglob("outside"))
    assert not (tmp_path.parent / "outside").exists()


def test_an_argos_package_with_another_tokeniser_is_refused(tmp_path: Path) -> None:
    small.argos(tmp_path / "x.argosmodel")
    (tmp_path / "argos-content" / "sentencepiece.model").rename(tmp_path / "argos-content" / "bpe.model")
    assert "no sentencepiece.model" in refusal(tmp_path / "argos-content")


def test_a_ctranslate2_model(tmp_path: Path) -> None:
    origin = small.ready(tmp_path / "ct2-en-de")
    made = brought(origin, licence="Apache-2.0")
    assert (made.folder / "model.bin").read_bytes() == (origin / "model.bin").read_bytes()
    assert made.manifest.licence == "Apache-2.0"
    # Its decoder has 128 positions, of which an answer needs two for each of the input's, and twelve.
    assert made.manifest.options.max_input_tokens == 58


def test_vocabularies_of_a_token_a_line(tmp_path: Path) -> None:
    origin = small.ready(tmp_path / "old-en-de")
    for path in origin.glob("*_vocabulary.json"):
        path.with_suffix(".txt").write_text("".join(f"{token}\n" for token in orjson.loads(path.read_bytes())))
        path.unlink()
    made = brought(origin)
    assert {"source_vocabulary.json", "target_vocabulary.json"} < made.manifest.files.keys()


@pytest.mark.parametrize("wanted", list(Quantization))
def test_a_model_is_quantised_as_ctranslate2_would(tmp_path: Path, wanted: Quantization) -> None:
    marian = small.marian(tmp_path / "opus-mt-en-de")
    OpusMTConverter(str(marian)).convert(str(tmp_path / "expected-en-de"), quantization=wanted.value)
    OpusMTConverter(str(marian)).convert(str(tmp_path / "float-en-de"))
    for name in ("source.spm", "target.spm"):
        shutil.copy(marian / name, tmp_path / "float-en-de")
    made = read_weights(brought(tmp_path / "float-en-de", quantization=wanted).folder / "model.bin")
    expected = read_weights(tmp_path / "expected-en-de" / "model.bin")
    assert made.aliases == expected.aliases
    assert made.variables.keys() == expected.variables.keys()
    for name, variable in expected.variables.items():
        # The start token has a row more.
        rows = made.variables[name].array[: len(variable.array)] if variable.array.ndim else variable.array
        assert made.variables[name].type == variable.type
        np.testing.assert_allclose(rows, variable.array, rtol=1e-6, atol=1, err_msg=name)


def test_what_is_quantised_stays_so(tmp_path: Path) -> None:
    marian = small.marian(tmp_path / "opus-mt-en-de")
    OpusMTConverter(str(marian)).convert(str(tmp_path / "int8-en-de"), quantization="int8")
    for name in ("source.spm", "target.spm"):
        shutil.copy(marian / name, tmp_path / "int8-en-de")
    assert "float32; the model is int8 already" in refusal(tmp_path / "int8-en-de", quantization=Quantization.FLOAT32)


def test_a_model_of_many_languages(tmp_path: Path) -> None:
    made = brought(small.many(tmp_path / "nllb-small", NLLB))
    manifest = made.manifest
    assert (made.name, manifest.source) == ("nllb-small", "en")
    assert (
        manifest.sources
        == manifest.targets
        == {
            "en": "eng_Latn",
            "de": "deu_Latn",
            "zh-Hant": "zho_Hant",
            "zh": "zho_Hans",
        }
    )
    assert manifest.options.max_input_tokens == 57
    assert orjson.loads((made.folder / "config.json").read_bytes())["add_source_eos"]


def test_some_of_many_languages(tmp_path: Path) -> None:
    made = brought(small.many(tmp_path / "m2m", ["__en__", "__de__", "__fr__"]), sources=("en",), targets=("de", "fr"))
    assert (made.manifest.sources, made.manifest.targets) == ({"en": "__en__"}, {"de": "__de__", "fr": "__fr__"})


def test_a_language_that_is_read_and_written_is_not_its_own_target(tmp_path: Path) -> None:
    origin = small.many(tmp_path / "nllb", NLLB)
    assert "'en': it would be translated into itself" in refusal(origin, sources=("en",), targets=("en",))
    made = brought(origin, sources=("en", "de"), targets=("en",)).manifest
    assert (made.source, made.target) == ("de", "en")


def test_a_language_without_a_token_is_refused(tmp_path: Path) -> None:
    assert "'sv': the model has no token for it; it has de, en, zh, zh-Hant" in refusal(
        small.many(tmp_path / "nllb", NLLB), targets=("sv",)
    )


@pytest.mark.parametrize("language", ["not a language", "x" * 40, "1"])
def test_what_is_no_language_is_refused(tmp_path: Path, language: str) -> None:
    assert "is no tag of BCP 47" in refusal(small.ready(tmp_path / "mine"), sources=(language,), targets=("de",))


def test_an_opus_model_of_many_targets(tmp_path: Path) -> None:
    origin = small.many(tmp_path / "opus-mt-en-roa", [">>fra<<", ">>spa<<"])
    made = brought(origin, sources=("en",))
    assert (made.manifest.sources, made.manifest.targets) == ({"en": ""}, {"fr": ">>fra<<", "es": ">>spa<<"})
    assert made.manifest.tag_place is TagPlace.INPUT


def test_a_model_of_many_sources_and_no_tokens(tmp_path: Path) -> None:
    made = brought(small.ready(tmp_path / "opus-mt-roa-en"), name="roa-en", sources=("fr", "es"), targets=("en",))
    assert sorted(made.manifest.reads) == ["es", "fr"]
    assert made.manifest.tags("es", "en") == ([], [])


def test_a_model_of_transformers_names_the_extra(tmp_path: Path) -> None:
    folder = tmp_path / "opus-mt-en-de"
    folder.mkdir()
    (folder / "config.json").write_bytes(orjson.dumps({"model_type": "marian"}))
    assert "pip install 'rtt[convert]'" in refusal(folder)


def test_another_model_of_transformers_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "bert"
    folder.mkdir()
    (folder / "config.json").write_bytes(orjson.dumps({"model_type": "bert"}))
    assert "models of the type bert are not supported; those are: marian, m2m_100" in refusal(folder)


def test_no_licence_is_said_plainly(tmp_path: Path) -> None:
    made = brought(small.ready(tmp_path / "ct2-en-de"))
    assert made.manifest.licence == "unknown"
    assert "**unknown**" in card(made)


def test_a_model_of_ones_own_is_known(tmp_path: Path) -> None:
    made = brought(BUNDLED, name="again", models=tmp_path)
    bundled = Catalog.find([BUNDLED]).models["en-de"].manifest
    assert (made.manifest.source, made.manifest.target, made.manifest.licence) == ("en", "de", bundled.licence)
    assert made.manifest.files["model.bin"] == bundled.files["model.bin"]


@pytest.mark.parametrize(
    ("head", "licence"),
    [("license: apache-2.0", "apache-2.0"), ("license: 'cc-by-4.0'", "cc-by-4.0"), ("license:\n- mit", "unknown")],
)
def test_a_card_names_the_licence(tmp_path: Path, head: str, licence: str) -> None:
    origin = small.ready(tmp_path / "ct2-en-de")
    (origin / "README.md").write_text(f"---\ntags:\n- ctranslate2\n{head}\n---\n# Hello\nlicense: gpl\n")
    assert brought(origin).manifest.licence == licence


def test_a_name_that_is_taken_is_refused_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    first = small.ready(tmp_path / "first-en-de")
    second = small.ready(tmp_path / "second-en-de", unk_token="<unk>")
    (second / "LICENSE").write_text("Mine.")
    made = brought(first)
    with pytest.raises(ModelError, match="there is such a model already; give another --name, or --force"):
        convert(second, tmp_path / "models", Wishes(), lambda _: None)
    assert brought(first, replace=True) == made
    assert brought(second, replace=True).manifest.licence == "see LICENSE"


@pytest.mark.parametrize("name", ["../evil", "a/b", "", "x" * 65])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    assert "name" in refusal(small.ready(tmp_path / "ct2-en-de"), name=name)


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = small.ready(tmp_path / "ct2-en-de")
    usage = SimpleNamespace(free=64 * 1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert "67 MB are free on its disk" in refusal(origin)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("model.bin", b"", "it ends too early"),
        ("model.bin", b"\x06\0\0\0garbage", "damaged"),
        ("source.spm", b"hello", "no SentencePiece model"),
        ("source.spm", None, "no SentencePiece models"),
        ("source_vocabulary.json", b"[1]", "Expected a list of tokens"),
        ("source_vocabulary.json", b'["a"]', "the source vocabulary has 1 tokens, and the model"),
        ("config.json", b"[]", "Expected a JSON object"),
    ],
)
def test_a_damaged_model_is_refused(tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
    origin = small.ready(tmp_path / "ct2-en-de")
    (origin / name).unlink()
    if content is not None:
        (origin / name).write_bytes(content)
    assert says in refusal(origin)


def test_the_tokeniser_of_another_model_is_refused(tmp_path: Path) -> None:
    origin = small.ready(tmp_path / "ct2-en-de")
    small.spm(origin / "source.spm", ["Добрый день.", "Как дела сегодня?"])
    assert "pieces are not in the vocabulary: they don't belong together" in refusal(origin)


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        ("models: [../secret]\nvocabs: [opus.vocab.yml]", "'../secret' is no file of this folder"),
        ("models: [/etc/passwd]\nvocabs: [opus.vocab.yml]", "'/etc/passwd' is no file of this folder"),
        ("models: []", "field models: Expected a list of files"),
        ("- 1", "field models: Expected a list of files"),
        ("models: [", "decoder.yml"),
        ("models: [opus.vocab.yml]\nvocabs: [opus.vocab.yml]", "cannot convert"),
    ],
)
def test_a_marian_model_that_lists_what_it_should_not_is_refused(tmp_path: Path, listed: str, says: str) -> None:
    folder = small.marian(tmp_path / "opus-mt-en-de")
    (tmp_path / "secret").write_text("x")
    (folder / "decoder.yml").write_text(listed)
    assert says in refusal(folder)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "cat.jpg").write_bytes(b"")
    assert "there is: cat.jpg" in refusal(folder)
    with pytest.raises(ModelError, match="File is not a zip file; Expected a folder or a zip file with a model"):
        convert(folder / "cat.jpg", tmp_path / "models", Wishes(), lambda _: None)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nothing") == f"{tmp_path / 'nothing'}: no such file or folder"
