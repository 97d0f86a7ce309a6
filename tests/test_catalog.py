import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rtt.catalog import Catalog
from rtt.errors import ModelError, UnsupportedPair
from tests.folders import BUNDLED, ModelFolder
from tests.scripted import scripted_catalog

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def folder(tmp_path: Path) -> ModelFolder:
    return ModelFolder(tmp_path / "models" / "en-de")


def found(*folders: Path) -> dict[str, Path]:
    return {name: model.folder for name, model in Catalog.find(folders).models.items()}


def verify(path: Path) -> None:
    for model in Catalog.find([path]).models.values():
        model.verify()


def refusal(path: Path) -> str:
    """Return why the models in a folder are refused."""
    with pytest.raises(ModelError) as refused:
        verify(path)
    return str(refused.value)


def test_the_bundled_models_are_whole() -> None:
    verify(BUNDLED.parent)


def test_a_model_is_found_by_its_folder_and_by_the_folder_above(folder: ModelFolder) -> None:
    assert found(folder.path) == found(folder.path.parent) == {"en-de": folder.path}


def test_models_are_found_in_several_folders(folder: ModelFolder, tmp_path: Path) -> None:
    other = ModelFolder(tmp_path / "more" / "my-en-de")
    other.edit(lambda manifest: manifest.update(name="mine"))
    (tmp_path / "more" / "notes").mkdir()
    assert found(folder.path.parent, tmp_path / "more") == {"en-de": folder.path, "mine": other.path}


def test_a_manifest_tells_what_is_shown(folder: ModelFolder) -> None:
    manifest = Catalog.find([folder.path]).models["en-de"].manifest
    assert (manifest.source, manifest.target, manifest.licence) == ("en", "de", "CC-BY-SA-4.0")


def test_what_the_options_leave_out_is_the_default(folder: ModelFolder) -> None:
    folder.edit(lambda manifest: manifest.pop("options"))
    assert Catalog.find([folder.path]).models["en-de"].manifest.options.beam_size == 1


def test_two_models_of_one_name_are_refused(folder: ModelFolder, tmp_path: Path) -> None:
    twin = ModelFolder(tmp_path / "models" / "twin")
    assert refusal(tmp_path / "models") == f"{twin.path}: the name en-de is taken by {folder.path}"


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == f"{tmp_path / 'none'}: no such folder of models"


def test_a_file_is_no_folder(folder: ModelFolder) -> None:
    assert refusal(folder.path / "model.bin") == f"{folder.path / 'model.bin'}: no such folder of models"


def test_a_folder_without_models_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"no model (a folder with model.json) in {tmp_path}"


def test_no_folder_at_all_is_refused() -> None:
    with pytest.raises(ModelError, match=r"^no model .* in no folder$"):
        Catalog.find([])


@pytest.mark.parametrize("content", [b"", b"{", b"hello", b"[]", b'"\xff"', b'{"name": "\xff"}'])
def test_a_manifest_that_is_none_is_refused(folder: ModelFolder, content: bytes) -> None:
    folder.write("model.json", content)
    assert refusal(folder.path).startswith(f"{folder.path / 'model.json'}: ")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda m: m.pop("source"), "missing required field `source`"),
        (lambda m: m.pop("licence"), "missing required field `licence`"),
        (lambda m: m["tokeniser"].pop("target"), "missing required field `target`"),
        (lambda m: m["files"]["model.bin"].pop("sha256"), "missing required field `sha256`"),
        (lambda m: m.update(license="MIT"), "unknown field `license`"),
        (lambda m: m["options"].update(beams=4), "unknown field `beams`"),
        (lambda m: m["options"].update(beam_size=0), "`$.options.beam_size`"),
        (lambda m: m["options"].update(max_output_ratio="2"), "`$.options.max_output_ratio`"),
        (lambda m: m.update(source="e_n"), "`$.source`"),
        (lambda m: m.update(name="../evil"), "`$.name`"),
        (lambda m: m["files"]["model.bin"].update(bytes=-1), "Expected `int` >= 0"),
        (lambda m: m["files"]["model.bin"].update(sha256="0" * 63), "regex"),
        (lambda m: m["files"].pop("model.bin"), "field files: model.bin must be listed"),
        (lambda m: m["files"].pop("target.spm"), "field files: target.spm must be listed"),
        (lambda m: m["tokeniser"].update(source="other.spm"), "field files: other.spm must be listed"),
        (lambda m: m.update(sources={"fr": "x"}), "field source: en: Expected one of field sources: fr"),
        (lambda m: m.update(targets={"fr": "x"}), "field target: de: Expected one of field targets: fr"),
        (lambda m: m.update(sources={"e_n": "x"}), "`$.sources"),
    ],
)
def test_a_bad_manifest_is_refused(folder: ModelFolder, change: Change, says: str) -> None:
    folder.edit(change)
    reason = refusal(folder.path)
    assert reason.startswith(f"{folder.path / 'model.json'}: ")
    assert says in reason


@pytest.mark.parametrize("name", ["model.bin", "config.json", "source.spm", "target_vocabulary.json"])
def test_a_missing_file_is_told(folder: ModelFolder, name: str) -> None:
    folder.remove(name)
    assert refusal(folder.path) == f"{folder.path}: file {name} is missing"


def test_a_folder_in_the_place_of_a_file_is_told(folder: ModelFolder) -> None:
    folder.remove("config.json")
    (folder.path / "config.json").mkdir()
    assert refusal(folder.path) == f"{folder.path}: file config.json is missing"


def test_a_file_cut_short_is_told(folder: ModelFolder) -> None:
    content = folder.read("source.spm")
    folder.write("source.spm", content[:-1])
    sizes = f"{len(content) - 1} bytes, not {len(content)}"
    assert refusal(folder.path) == f"{folder.path}: file source.spm has {sizes}: it is damaged"


def test_a_file_with_one_bit_turned_is_told(folder: ModelFolder) -> None:
    content = bytearray(folder.read("model.bin"))
    content[len(content) // 2] ^= 1
    folder.write("model.bin", bytes(content))
    assert re.fullmatch(
        rf"{folder.path}: file model\.bin has the checksum [0-9a-f]{{64}}, not [0-9a-f]{{64}}", refusal(folder.path)
    )


@pytest.mark.parametrize("name", ["../en-de/model.bin", "weights/model.bin", "/etc/passwd", "./model.bin", "."])
def test_a_file_from_elsewhere_is_refused(folder: ModelFolder, name: str) -> None:
    folder.edit(lambda manifest: manifest["files"].update({name: manifest["files"]["model.bin"]}))
    assert refusal(folder.path) == f"{folder.path}: model.json: file {name!r} is not a plain file name"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("en-US", "en"),
        ("de-AT-1996", "de"),
        ("pt-BR", "pt-BR"),
        ("pt-br", "pt-BR"),
        ("pt-BR-abl1943", "pt-BR"),
        ("pt", "pt"),
        ("pt-PT", "pt-PT"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("ZH-HANS", "zh"),
        ("sr-latn-rs", "sr-Latn-RS"),
        ("sl-ROZAJ", "sl-rozaj"),
        ("FR", "fr"),
        ("xx", "xx"),
    ],
)
def test_a_language_is_looked_up(language: str, expected: str) -> None:
    """As RFC 4647, section 3.4 does; one that no model knows keeps all its parts, in the case of RFC 5646."""
    catalog = scripted_catalog(("en", "de"), ("en", "pt-BR"), ("zh", "en"), ("en", "zh-Hant-TW"))
    assert catalog.resolve(language) == expected


def test_the_languages_there_are() -> None:
    catalog = scripted_catalog(("en", "fr"), ("en", "de"), ("de", "en"))
    assert catalog.languages() == {"de", "en", "fr"}
    assert catalog.targets("en") == ["de", "fr"]
    assert catalog.targets("fr") == []


def test_a_pair_has_its_model() -> None:
    catalog = scripted_catalog(("en", "fr"), ("en", "de"), ("de", "en"))
    assert catalog.pair("en", "de").name == "en-de"
    assert catalog.pair("de", "en").name == "de-en"


@pytest.mark.parametrize(
    ("source", "target", "says"),
    [
        ("en", "xx", "no model from en to xx; there are: de, fr"),
        ("de", "en", "no model from de to en; none translates from de"),
        ("xx", "yy", "no model from xx to yy; none translates from xx"),
    ],
)
def test_a_pair_without_model_is_told_what_there_is(source: str, target: str, says: str) -> None:
    with pytest.raises(UnsupportedPair) as refused:
        scripted_catalog(("en", "fr"), ("en", "de")).pair(source, target)
    assert str(refused.value) == says
