"""The models there are: their manifests, checked, and which pair of languages each serves."""

import hashlib
import os
from collections.abc import Collection, Iterable
from enum import StrEnum
from itertools import product
from pathlib import Path, PurePosixPath
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from rtt.errors import ModelError, UnsupportedPair
from rtt.protocol import Language
from rtt.route import leg_of, route_of

MANIFEST = "model.json"
# The language through which a pair goes for which there is no model.
PIVOT = "en"


class Task(StrEnum):
    """What a model does with text."""

    TRANSLATE = "translate"
    PUNCTUATE = "punctuate"


class TagPlace(StrEnum):
    """Where a model of many languages is told which to write."""

    INPUT = "input"
    OUTPUT = "output"


class Tokeniser(Struct, frozen=True, forbid_unknown_fields=True):
    """The SentencePiece models of both sides, as file names within the folder."""

    source: str
    target: str


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """How a model is run."""

    beam_size: Annotated[int, Meta(ge=1, le=16)] = 1
    max_input_tokens: Annotated[int, Meta(ge=16, le=8192)] = 256
    """The positions of its encoder, one of which is taken by the end of the text."""
    max_output_ratio: Annotated[float, Meta(ge=1, le=10)] = 1.6
    """Longest output in tokens for each token of the input."""


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """What a file of the model must be."""

    bytes: Annotated[int, Meta(ge=0)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of a model's `model.json`."""

    name: Annotated[str, Meta(pattern="^[A-Za-z0-9._-]{1,64}$")]
    source: Language
    target: Language
    """The same as `source` for a punctuation model."""
    licence: str
    tokeniser: Tokeniser
    files: dict[str, File]
    description: str = ""
    task: Task = Task.TRANSLATE
    options: Options = Options()
    origin: str = ""
    """Where the model came from."""
    sources: dict[Language, str] = {}
    """Of a model of many languages: those it reads, each with the token that its texts begin with ("": none)."""
    targets: dict[Language, str] = {}
    """The same for those it writes."""
    tag_place: TagPlace = TagPlace.OUTPUT
    """Whether a target's token begins the output (NLLB, M2M-100) or the input (OPUS-MT)."""

    @property
    def many(self) -> bool:
        """Whether it has to be told which languages it translates from and to."""
        return bool(self.sources or self.targets)

    @property
    def reads(self) -> Collection[str]:
        """The languages it reads."""
        return self.sources or {self.source}

    @property
    def writes(self) -> Collection[str]:
        """The languages it writes."""
        return self.targets or {self.target}

    def serves(self, source: str, target: str) -> bool:
        """Tell whether it translates from one language to the other."""
        return source != target and source in self.reads and target in self.writes

    def tags(self, source: str, target: str) -> tuple[list[str], list[str]]:
        """Return the tokens that an input, and an output, of this pair begin with."""
        reads, writes = self.sources.get(source, ""), self.targets.get(target, "")
        inward = self.tag_place is TagPlace.INPUT
        return [tag for tag in (reads, writes if inward else "") if tag], [] if inward or not writes else [writes]


class Model(Struct, frozen=True):
    """A model's manifest and where it lies."""

    manifest: Manifest
    folder: Path
    version: str = ""
    """What tells it from another model of its name: a digest of its manifest, which has those of its files."""

    @property
    def name(self) -> str:
        """The model's name, which is unique in a catalogue."""
        return self.manifest.name

    @property
    def size(self) -> int:
        """Bytes of its files: about what it takes in memory."""
        return sum(file.bytes for file in self.manifest.files.values())

    def verify(self) -> None:
        """Compare every file with its size and checksum in the manifest. Raises ModelError."""
        for name, expected in self.manifest.files.items():
            path = self.folder / name
            if PurePosixPath(name).name != name:
                raise ModelError(f"{self.folder}: {MANIFEST}: file {name!r} is not a plain file name")
            if not path.is_file():
                raise ModelError(f"{self.folder}: file {name} is missing")
            if (size := path.stat().st_size) != expected.bytes:
                raise ModelError(f"{self.folder}: file {name} has {size} bytes, not {expected.bytes}: it is damaged")
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if digest != expected.sha256:
                raise ModelError(f"{self.folder}: file {name} has the checksum {digest}, not {expected.sha256}")


class Catalog:
    """The models in a list of folders."""

    def __init__(self, models: Iterable[Model]) -> None:
        self.models: dict[str, Model] = {}
        for model in models:
            self.put(model)

    @classmethod
    def find(cls, folders: Collection[Path]) -> "Catalog":
        """Read the manifests of the models in `folders` (each a model, or a folder of models). Raises ModelError."""
        models = [read_model(folder) for folder in model_folders(folders)]
        if not models:
            raise ModelError(f"no model (a folder with {MANIFEST}) in {', '.join(map(str, folders)) or 'no folder'}")
        return cls(models)

    def put(self, model: Model) -> None:
        """Offer a model, or another version of one. Raises ModelError where one of another folder has its name."""
        self.check_name(model)
        self.models[model.name] = model

    def check_name(self, model: Model) -> None:
        """Raise ModelError where a model of another folder has this one's name."""
        known = self.models.get(model.name)
        if known and known.folder != model.folder:
            raise ModelError(f"{model.folder}: the name {model.name} is taken by {known.folder}")

    def remove(self, name: str) -> None:
        """Offer a model no longer."""
        self.models.pop(name, None)

    def languages(self) -> set[str]:
        """Return every language that some model reads or writes."""
        return {lang for m in self.translators() for lang in (*m.manifest.reads, *m.manifest.writes)}

    def translators(self) -> list[Model]:
        """Return the models that translate."""
        return [model for model in self.models.values() if model.manifest.task is Task.TRANSLATE]

    def punctuator(self, language: str) -> Model | None:
        """Return the model that punctuates a language's speech, if there is one."""
        return next(
            (m for m in self.models.values() if m.manifest.task is Task.PUNCTUATE and m.manifest.source == language),
            None,
        )

    def resolve(self, language: str) -> str:
        """Return the best known tag for a language: `en-US` is served as `en` (lookup of RFC 4647, section 3.4).

        A language that no model knows is returned in its canonical case: a room may be read in its own language.
        """
        known = {lang.lower(): lang for lang in self.languages()}
        parts = language.lower().split("-")
        for length in range(len(parts), 0, -1):
            if found := known.get("-".join(parts[:length])):
                return found
        cased = {2: str.upper, 4: str.title}  # regions and scripts (RFC 5646, section 2.1.1)
        return "-".join([parts[0], *(cased.get(len(part), str.lower)(part) for part in parts[1:])])

    def resolve_all(self, languages: Iterable[str]) -> tuple[str, ...]:
        """Return the best known tag for each of some languages, each once."""
        return tuple(dict.fromkeys(map(self.resolve, languages)))

    def targets(self, source: str) -> list[str]:
        """Return the languages that `source` can be translated to, through the pivot if need be."""
        there = self._to(source)
        if PIVOT in there:
            there |= self._to(PIVOT)
        return sorted(there - {source})

    def pair(self, source: str, target: str) -> Model:
        """Return the model from `source` to `target` (resolved tags). Raises UnsupportedPair."""
        if model := self._direct(source, target):
            return model
        there = self.targets(source)
        raise UnsupportedPair(
            f"no model from {source} to {target}; "
            + (f"there are: {', '.join(there)}" if there else f"none translates from {source}")
        )

    def route(self, source: str, target: str) -> str:
        """Return the name of the way from `source` to `target`, as jobs have it: a leg, or two through the pivot.

        Raises UnsupportedPair.
        """
        direct = source == target or self._direct(source, target)
        if not direct and self._direct(source, PIVOT) and self._direct(PIVOT, target):
            return route_of((self._leg(source, PIVOT), self._leg(PIVOT, target)))
        return self._leg(source, target)

    def pivots(self) -> dict[str, tuple[str, str]]:
        """Return the routes through the pivot over models of one pair each, with their source and target."""
        single = [m.manifest for m in self.translators() if not m.manifest.many]
        inward = sorted({m.source for m in single if m.target == PIVOT})
        outward = sorted({m.target for m in single if m.source == PIVOT})
        pairs = [pair for pair in product(inward, outward) if pair[0] != pair[1] and not self._direct(*pair)]
        return {self.route(*pair): pair for pair in pairs}

    def _leg(self, source: str, target: str) -> str:
        model = self.pair(source, target)
        return leg_of(model.name, source, target) if model.manifest.many else model.name

    def _direct(self, source: str, target: str) -> Model | None:
        # A model that is made for the pair goes before one of many languages.
        return min(
            (model for model in self.translators() if model.manifest.serves(source, target)),
            key=lambda model: len(model.manifest.reads) * len(model.manifest.writes),
            default=None,
        )

    def _to(self, source: str) -> set[str]:
        return {lang for m in self.translators() if source in m.manifest.reads for lang in m.manifest.writes}


def model_folders(folders: Iterable[Path]) -> list[Path]:
    """Return the folders of the models in `folders` (each a model, or a folder of models). Raises ModelError."""
    found: list[Path] = []
    for folder in folders:
        if not folder.is_dir():
            raise ModelError(f"{folder}: no such folder of models")
        alone = (folder / MANIFEST).exists()
        found += [folder] if alone else [path.parent for path in sorted(folder.glob(f"*/{MANIFEST}"))]
    return found


def read_model(folder: Path) -> Model:
    """Read the manifest of the model in a folder. Raises ModelError."""
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
        manifest = msgspec.json.decode(content, type=Manifest)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise ModelError(f"{path}: {error}") from error
    needed = {manifest.tokeniser.source, manifest.tokeniser.target, "model.bin"}
    if missing := needed - manifest.files.keys():
        raise ModelError(f"{path}: field files: {', '.join(sorted(missing))} must be listed")
    for name, tag, tags in (("source", manifest.source, manifest.reads), ("target", manifest.target, manifest.writes)):
        if tag not in tags:
            raise ModelError(f"{path}: field {name}: {tag}: Expected one of field {name}s: {', '.join(sorted(tags))}")
    version = hashlib.sha256(content).hexdigest()[:12]
    return Model(manifest, Path(os.path.abspath(folder)), version)  # noqa: PTH100 - not through links
