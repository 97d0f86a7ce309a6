"""Pairs of our own: filled in, right in every language, and none of them what the models are tried with."""

from pathlib import Path

import pytest

from models.training.corpus import Pair, read_pairs
from models.training.errors import TrainingError
from models.training.filters import Filters
from models.training.phrases import expand
from rtt.measure.meaning import read_meanings
from tests.training_command import training

TRIED = Path(__file__).parent / "fixtures" / "conference.tsv"
SENTENCES = "en\tde\nWe meet at {time}, not at {time2}.\tWir treffen uns um {time}, nicht um {time2}.\nYes.\tJa.\n"
SLOTS = "slot\ten\tde\ntime\tnine\tneun\ntime\thalf past ten\thalb elf\n"


def tables(folder: Path, sentences: str = SENTENCES, slots: str = SLOTS) -> tuple[Path, Path]:
    paths = folder / "toy.tsv", folder / "slots.tsv"
    for path, text in zip(paths, (sentences, slots), strict=True):
        path.write_text(text, encoding="utf8")
    return paths


def test_slots_are_filled_alike_in_both_languages(tmp_path: Path) -> None:
    times = {"nine": "neun", "half past ten": "halb elf"}
    assert set(expand(*tables(tmp_path), ("en", "de"), most=50, seed=1)) == {
        Pair("toy", "Yes.", "Ja."),
        *(
            Pair(
                "toy",
                f"We meet at {one}, not at {other}.",
                f"Wir treffen uns um {times[one]}, nicht um {times[other]}.",
            )
            for one in times
            for other in times
        ),
    }
    assert len(list(expand(*tables(tmp_path), ("en", "de"), most=1, seed=1))) == 2


@pytest.mark.parametrize(
    ("sentences", "slots", "message"),
    [
        ("en\tde\nAt {time}.\tUm neun.\n", SLOTS, r"toy\.tsv: 'At {time}\.': Expected the same slots in 'Um neun\.'"),
        ("en\tde\nIn {room}.\tIn {room}.\n", SLOTS, r"slots\.tsv: no row for the slot room of 'In {room}\.'"),
        ("en\tde\nYes.\tJa.\nNo.\n", SLOTS, r"toy\.tsv:3: Expected something in column de"),
        (SENTENCES, "slot\ten\ntime\tnine\n", r"slots\.tsv:2: Expected something in column de"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(tmp_path: Path, sentences: str, slots: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        list(expand(*tables(tmp_path, sentences, slots), ("en", "de"), most=2, seed=1))


@pytest.mark.parametrize("target", ["de", "fr", "es", "zh"])
def test_ours_pass_the_filters_and_are_none_of_those_that_the_models_are_tried_with(
    target: str, tmp_path: Path
) -> None:
    out = tmp_path / f"chairing.en-{target}.tsv"
    training("phrases", out, "--target", target)
    pairs = list(read_pairs(out))
    assert {pair.origin for pair in pairs} == {"chairing"}
    filters = Filters("en", target, pairs, identify=False)
    kept = sum(filters.reason(pair) is None for pair in pairs)
    assert kept >= 0.95 * len(pairs)  # what is all digits is dropped
    tried = {one.text.casefold() for one in read_meanings(TRIED, target)}
    assert tried.isdisjoint(pair.source.casefold() for pair in pairs)
