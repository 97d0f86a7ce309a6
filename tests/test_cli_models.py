"""`rtt models`: what a person types, and what a program reads."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from rtt.cli.main import commands
from tests import small_models as small
from tests.folders import ModelFolder


def rtt(*arguments: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(commands, [str(one) for one in arguments], input=stdin)


def models(*arguments: str | Path, stdin: str = "") -> Result:
    return rtt("models", *arguments, stdin=stdin)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the bundled model and a small one, which go from French to German together."""
    ModelFolder(tmp_path / "models" / "en-de")
    origin = small.ready(tmp_path / "mine")
    done = models("convert", origin, "--source", "fr", "--target", "en", "--models", tmp_path / "models", "--json")
    assert done.exit_code == 0, done.stderr
    assert orjson.loads(done.stdout)["name"] == "fr-en"
    assert "licence unknown" in done.stderr
    return tmp_path / "models"


def test_models_are_listed_with_the_routes_over_them(folder: Path) -> None:
    listed = models("list", "--models", folder)
    assert "through English: fr-en+en-de" in listed.stdout
    told = orjson.loads(models("list", "--models", folder, "--json").stdout)
    assert [(one["name"], one["languages"], one["licence"]) for one in told["models"]] == [
        ("en-de", "en → de", "CC-BY-SA-4.0"),
        ("fr-en", "fr → en", "unknown"),
    ]
    assert told["routes"] == ["fr-en+en-de"]


def test_a_route_translates(folder: Path) -> None:
    twin = ModelFolder(folder / "twin")
    twin.edit(lambda manifest: manifest.update(name="it-en", source="it", target="en"))
    done = rtt("translate", "--models", folder, "--source", "it", "--target", "de", "Good morning.")
    assert done.exit_code == 0
    assert done.stdout.strip()


def test_a_model_is_known_by_its_name_and_by_its_folder(folder: Path) -> None:
    by_name = orjson.loads(models("info", "fr-en", "--models", folder, "--json").stdout)
    by_folder = orjson.loads(models("info", folder / "fr-en", "--json").stdout)
    assert by_name == by_folder
    assert (by_name["origin"], by_name["folder"]) == ("mine", str(folder / "fr-en"))
    assert "model.bin" in models("info", "fr-en", "--models", folder).stdout


def test_a_model_is_checked(folder: Path) -> None:
    good = models("check", "en-de", "--models", folder, "--json")
    assert good.exit_code == 0, good.stderr
    assert {one["outcome"] for one in orjson.loads(good.stdout)["checks"]} == {"good"}
    (folder / "fr-en" / "config.json").unlink()
    bad = models("check", "fr-en", "--models", folder)
    assert bad.exit_code == 1
    assert "bad" in bad.stdout


def test_a_model_is_checked_with_text_of_ones_own(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("Good [/] night.\n\n")
    done = models("check", "en-de", "--text", tmp_path / "text.txt", "--models", folder)
    assert done.exit_code == 0
    assert "Good [/] night." in done.stdout


def test_a_vocabulary_is_cut_only_where_names_stay(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("The house is old.\n" * 20)
    lost = models("prune", "en-de", "--text", tmp_path / "text.txt", "--keep", "0", "--models", folder)
    assert lost.exit_code == 1
    assert "names kept" in lost.stdout
    assert str(lost.exception).startswith("en-de stays as it is: the smaller vocabulary loses berlin")
    assert not (folder / "en-de-pruned").exists()
    kept = models("prune", "en-de", "--text", tmp_path / "text.txt", "--keep", "30000", "--models", folder, "--json")
    assert kept.exit_code == 0, kept.stderr
    assert orjson.loads(kept.stdout)["folder"] == str(folder / "en-de-pruned")


def test_a_model_is_removed_when_that_is_meant(folder: Path) -> None:
    asked = models("remove", "fr-en", "--models", folder, stdin="n\n")
    assert asked.exit_code == 1
    assert (folder / "fr-en").exists()
    assert models("remove", "fr-en", "--models", folder, "--yes").exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["en-de"]


def test_a_model_that_is_not_there_is_told(folder: Path) -> None:
    done = models("info", "de-en", "--models", folder)
    assert str(done.exception) == "no model 'de-en'; there are: en-de, fr-en"


def test_a_wrong_quantisation_is_told(folder: Path) -> None:
    done = models("convert", folder / "fr-en", "--quantization", "int9", "--models", folder)
    assert done.exit_code == 2
    assert "int8_float16" in done.stderr
