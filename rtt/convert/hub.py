"""Models from the Hugging Face Hub, or from a server that speaks as it does (`HF_ENDPOINT`)."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType

from rtt.catalog import MANIFEST
from rtt.convert.licence import UNKNOWN
from rtt.convert.space import require_space
from rtt.convert.transfer import fetch
from rtt.errors import ModelError

_WANTED = (
    *(
        "*.spm",
        "*.model",
        "config.json",
        MANIFEST,
        "*_vocabulary.json",
        "*_vocabulary.txt",
        "vocab.json",
        "tokenizer*.json",
    ),
    *("special_tokens_map.json", "generation_config.json", "README.md", "LICENSE*", "decoder.yml", "*vocab*.yml"),
)
# The weights of the first line that is there; whatever else a repository has of them is the same for another program.
_WEIGHTS = (("model.bin",), ("*.argosmodel",), ("*.npz*",), ("*.safetensors", "*.safetensors.index.json"))
_PICKLED = ("pytorch_model*.bin", "pytorch_model.bin.index.json")


@dataclass(frozen=True, slots=True)
class Remote:
    """A model on the Hub, at one commit."""

    repository: str
    commit: str
    licence: str
    sizes: dict[str, int]
    """Bytes of each file that is needed."""
    checksums: dict[str, str]
    """SHA-256 of those that have one: the large ones."""


def find(repository: str, revision: str | None) -> Remote:
    """Ask for a model: which files there are, and its licence. Raises ModelError."""
    hub = _hub()
    with _told(repository):
        info = hub.HfApi().model_info(repository, revision=revision, files_metadata=True)
    siblings = {sibling.rfilename: sibling for sibling in info.siblings or []}
    names = _needed(list(siblings))
    if not names:
        raise ModelError(f"{repository}: no weights there that could be converted: {', '.join(siblings) or 'no files'}")
    licence = info.card_data.get("license") if info.card_data else None
    checksums = {name: siblings[name].lfs.sha256 for name in names if siblings[name].lfs}
    sizes = {name: siblings[name].size for name in names}
    if unknown := [name for name, size in sizes.items() if size is None]:
        raise ModelError(f"{repository}: the Hub does not say how large {unknown[0]} is")
    return Remote(repository, info.sha or "main", licence if isinstance(licence, str) else UNKNOWN, sizes, checksums)


def download(remote: Remote, into: Path, advance: Callable[[int], None]) -> None:
    """Download the files; what an earlier attempt left in the folder is gone on with. Raises ModelError.

    `advance` is told how many more bytes are there.
    """
    hub = _hub()
    into.mkdir(parents=True, exist_ok=True)
    missing = sum(size for name, size in remote.sizes.items() if not (into / name).is_file())
    require_space(into, missing)
    for name, size in remote.sizes.items():
        if (into / name).is_file():
            advance(size)
        else:
            _download(hub, remote, name, into, advance)


def _needed(names: Sequence[str]) -> list[str]:
    """Pick the files that a conversion reads, all of the top folder."""
    there = [name for name in names if "/" not in name]
    for patterns in (*_WEIGHTS, _PICKLED):
        if weights := [name for name in there if _matches(name, patterns)]:
            return sorted({*weights, *(name for name in there if _matches(name, _WANTED))})
    return []


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _download(hub: ModuleType, remote: Remote, name: str, into: Path, advance: Callable[[int], None]) -> None:
    partial = into / f"{name}.partial"
    url = hub.hf_hub_url(remote.repository, name, revision=remote.commit)
    with _told(remote.repository):
        fetch(url, hub.utils.build_hf_headers(), partial, remote.sizes[name], advance)
    _verify(partial, remote.checksums.get(name))
    partial.rename(into / name)


def _verify(path: Path, checksum: str | None) -> None:
    if checksum is None:
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != checksum:
        path.unlink()
        raise ModelError(
            f"{path.stem}: the checksum is {found}, not {checksum}: it was damaged on its way, and is gone; try again"
        )


def _hub() -> ModuleType:
    try:
        import huggingface_hub  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise ModelError("huggingface_hub must be there to get models from the Hub: pip install 'rtt[hub]'") from None
    return huggingface_hub


@contextmanager
def _told(repository: str) -> Iterator[None]:
    """Turn what the Hub's library raises into a ModelError that says what to do."""
    from huggingface_hub import errors  # noqa: PLC0415 - an extra, and slow to import

    # The base of its own errors is that of the HTTP library, which is another one from version 2 on.
    unreachable: type[BaseException] = errors.HfHubHTTPError.__bases__[0]
    try:
        yield
    except errors.GatedRepoError:
        raise ModelError(
            f"{repository}: its owner wants to be asked first: accept on its page, then hf auth login"
        ) from None
    except errors.RepositoryNotFoundError:
        raise ModelError(f"{repository}: no such model, or a private one (hf auth login)") from None
    except errors.RevisionNotFoundError:
        raise ModelError(f"{repository}: no such revision") from None
    except errors.HFValidationError as error:
        raise ModelError(f"{repository}: {error}; Expected owner/name, such as Helsinki-NLP/opus-mt-en-fr") from None
    except errors.OfflineModeIsEnabled:
        raise ModelError(f"{repository}: HF_HUB_OFFLINE is set; rtt models convert takes a folder or file") from None
    except (errors.LocalEntryNotFoundError, unreachable, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"{repository}: {_endpoint()} does not answer as it should: {reason}; a download goes on where it stopped; "
            "without a network, rtt models convert takes a folder or file"
        ) from error


def _endpoint() -> str:
    from huggingface_hub import constants  # noqa: PLC0415 - an extra, and slow to import

    return str(constants.ENDPOINT)
