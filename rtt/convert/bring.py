"""Any model into a folder that rtt serves: `convert` does it with what is here, `pull` downloads it first."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rtt.catalog import Manifest, Model, Options, Tokeniser
from rtt.convert import hub
from rtt.convert.adapt import MAX_OUTPUT_RATIO, Adapted, adapt
from rtt.convert.archive import inner, unpack
from rtt.convert.card import card
from rtt.convert.folder import aside, downloads, forget_download, put_in_place, seal
from rtt.convert.format import SOURCE_SPM, TARGET_SPM, Facts
from rtt.convert.languages import choose_languages, pair_in_name
from rtt.convert.licence import UNKNOWN, licence_file, licence_of
from rtt.convert.quantise import Quantization
from rtt.convert.recognise import recognise
from rtt.convert.space import require_space, size_of
from rtt.ct2.trial import Trial
from rtt.errors import ModelError


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user says of a model; whatever is left out, its files and its name tell."""

    name: str | None = None
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    quantization: Quantization | None = None
    licence: str | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a model comes from, in words for its card, and what is known from there."""

    name: str
    address: str
    licence: str = UNKNOWN


def convert(path: Path, models: Path, wishes: Wishes, tell: Callable[[str], None]) -> Model:
    """Make a model of a folder or zip file into one of `models`. `tell` is told each step. Raises ModelError."""
    return _bring(path, models, wishes, Origin(path.name, path.name), tell)


def download(remote: hub.Remote, models: Path, advance: Callable[[int], None]) -> Path:
    """Download a model; return the folder, which is kept until `pull` has made the model. Raises ModelError."""
    folder = downloads(models, f"{remote.repository}@{remote.commit[:12]}")
    hub.download(remote, folder, advance)
    return folder


def pull(remote: hub.Remote, folder: Path, models: Path, wishes: Wishes, tell: Callable[[str], None]) -> Model:
    """Make a downloaded model into one of `models`. Raises ModelError."""
    origin = Origin(remote.repository, f"{remote.repository} at {remote.commit}", remote.licence)
    packages = sorted(folder.glob("*.argosmodel"))
    model = _bring(packages[0] if packages else folder, models, wishes, origin, tell)
    forget_download(folder)
    return model


def _bring(path: Path, models: Path, wishes: Wishes, origin: Origin, tell: Callable[[str], None]) -> Model:
    models.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        raise ModelError(f"{path}: no such file or folder")
    with aside(models) as room:
        require_space(room, size_of(path))
        if path.is_file():
            tell("unpack")
            (room / "unpacked").mkdir()
            folder = unpack(path, room / "unpacked")
        else:
            folder = inner(path)
        format_ = recognise(folder)
        tell(f"convert from {format_.name}")
        made = room / "model"
        made.mkdir()
        facts = format_.convert(folder, made, wishes.quantization)
        tell("adapt")
        adapted = adapt(made)
        manifest = _manifest(facts, adapted, wishes, origin, folder)
        if file := licence_file(folder):
            shutil.copyfile(file, made / file.name)
        tell("check")
        model = seal(made, manifest, card(manifest, format_.name, adapted))
        Trial(made)
        return put_in_place(model, models, replace=wishes.replace)


def _manifest(facts: Facts, adapted: Adapted, wishes: Wishes, origin: Origin, folder: Path) -> Manifest:
    known = facts.pair or pair_in_name(origin.name) or pair_in_name(folder.name)
    languages = choose_languages(adapted.vocabulary, wishes.sources, wishes.targets, known, facts.output_token)
    many = bool(languages.sources)
    name = origin.name.split("/")[-1].split(".")[0] if many else f"{languages.source}-{languages.target}"
    licences = (wishes.licence, origin.licence, facts.licence, licence_of(folder))
    return Manifest(
        name=name if wishes.name is None else wishes.name,
        source=languages.source,
        target=languages.target,
        licence=next((one for one in licences if one and one != UNKNOWN), UNKNOWN),
        tokeniser=Tokeniser(SOURCE_SPM, TARGET_SPM),
        files={},
        options=Options(max_input_tokens=adapted.positions - many, max_output_ratio=MAX_OUTPUT_RATIO),
        origin=origin.address,
        sources=languages.sources,
        targets=languages.targets,
        tag_place=languages.tag_place,
    )
