"""Models in zip files: Argos packages and OPUS-MT's downloads."""

import zipfile
from pathlib import Path

from rtt.convert.space import require_space
from rtt.errors import ModelError

# Argos packages bring a sentence splitter of hundreds of megabytes, which is not needed.
_NOT_NEEDED = {"stanza", "minisbd", "spacy"}


def unpack(archive: Path, into: Path) -> Path:
    """Unpack a model's zip file into a folder; return the folder that holds the model. Raises ModelError."""
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [m for m in opened.infolist() if not m.is_dir() and not _NOT_NEEDED & set(Path(m.filename).parts)]
            require_space(into, sum(member.file_size for member in members))
            for member in members:
                # Names that lead out of the folder are made to stay inside.
                opened.extract(member, into)
    except (OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
        raise ModelError(f"{archive}: {error}; Expected a folder or a zip file with a model") from error
    return inner(into)


def inner(folder: Path) -> Path:
    """Return the folder, or the one that is all it holds."""
    content = list(folder.iterdir())
    return inner(content[0]) if len(content) == 1 and content[0].is_dir() and not content[0].is_symlink() else folder
