"""`MODEL.md` of a converted model: where it came from, its licence, and what was done to it."""

from rtt.catalog import Manifest
from rtt.convert.adapt import Adapted
from rtt.convert.licence import UNKNOWN

_UNKNOWN = "**unknown**: neither its files nor the place it came from name one. Ask its owner before you use it."


def card(manifest: Manifest, format_: str, adapted: Adapted) -> str:
    """Return the card as Markdown."""
    licence = _UNKNOWN if manifest.licence == UNKNOWN else manifest.licence
    done = [f"Weights kept as {adapted.quantization}."]
    if adapted.start_token:
        done.append("Its decoder, which began from a zero embedding, has a start token, so that prefixes are right.")
    if any(adapted.unused_pieces):
        source, target = adapted.unused_pieces
        done.append(
            f"Pieces that the model does not know are not used: {source} of the source, {target} of the target."
        )
    rows = "\n".join(f"- {line}" for line in done)
    return (
        f"# {manifest.name}\n\n{languages(manifest)}, from {manifest.origin} ({format_}).\n\n"
        f"## What was done\n\n{rows}\n\n## Licence\n\n{licence}\n"
    )


def languages(manifest: Manifest) -> str:
    """Return what a model translates, in words."""
    if not manifest.sources:
        return f"{manifest.source} → {manifest.target}"
    return f"{_listed(manifest.sources)} → {_listed(manifest.targets)}"


def _listed(tags: dict[str, str]) -> str:
    return ", ".join(sorted(tags)) if len(tags) <= 4 else f"{len(tags)} languages"
