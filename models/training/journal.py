"""The course of a training: an object a line, and a picture of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, Struct, UnsetType

from models.training.errors import TrainingError
from rtt.measure.plots import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said after some steps: how training goes, or how the model does."""

    step: int
    tokens: int
    """Target tokens seen in all."""
    loss: float | UnsetType = UNSET
    """Mean by target token, smoothed, of the steps since the last entry."""
    rate: float | UnsetType = UNSET
    tokens_per_second: float | UnsetType = UNSET
    perplexity: float | UnsetType = UNSET
    bleu: float | UnsetType = UNSET
    chrf: float | UnsetType = UNSET


class Journal:
    """Appends to a file; on going on, what was written after the saved state is taken away."""

    def __init__(self, path: Path, tokens: int) -> None:
        self._path = path
        known = [entry for entry in read_journal(path) if entry.tokens <= tokens] if path.exists() else []
        aside = path.with_name(path.name + ".new")
        aside.write_bytes(b"".join(map(_line, known)))
        aside.replace(path)

    def write(self, entry: Entry) -> None:
        """Append an entry."""
        with self._path.open("ab") as file:
            file.write(_line(entry))


def read_journal(path: Path) -> list[Entry]:
    """Read the entries; a last line that was cut off is left out. Raises TrainingError."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
        return [msgspec.json.decode(line, type=Entry) for line in lines]
    except (OSError, msgspec.MsgspecError) as error:
        raise TrainingError(f"{path}: {error}") from error


def plot_journal(entries: Sequence[Entry], path: Path) -> None:
    """Draw loss over tokens, and perplexity and BLEU of the development set below. Raises ConfigError."""
    figure = new_figure(9, 6)
    above, below = figure.subplots(2, 1, sharex=True)
    _draw(above, entries, "loss", "#0969da")
    _draw(below, entries, "perplexity", "#cf222e")
    _draw(below.twinx(), entries, "bleu", "#1a7f37")
    below.set(xlabel="million target tokens seen", yscale="log")
    figure.savefig(path)


def _draw(axes: "Axes", entries: Sequence[Entry], name: str, colour: str) -> None:
    points = [(entry.tokens / 1e6, getattr(entry, name)) for entry in entries if getattr(entry, name) is not UNSET]
    axes.plot([tokens for tokens, _ in points], [value for _, value in points], color=colour, marker=".")
    axes.set_ylabel(name, color=colour)


def _line(entry: Entry) -> bytes:
    return msgspec.json.encode(entry) + b"\n"
