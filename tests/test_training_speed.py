"""Shapes are timed before anything is trained: each is what it says, and a wrong one is named."""

import orjson
import pytest

from models.training.errors import TrainingError
from models.training.model import TranslationModel
from models.training.shape import Shape
from models.training.speed import make_shape, measure_speed
from tests.training_command import training

TINY = Shape(
    source_pieces=60,
    target_pieces=50,
    width=24,
    feed_forward=32,
    encoder_layers=2,
    decoder_layers=1,
    encoder_heads=4,
    decoder_heads=2,
    positions=40,
)


def test_a_shape_is_the_first_one_with_some_sizes_changed() -> None:
    assert make_shape("", TINY) == TINY
    changed = make_shape("decoder_layers=3,width=48", TINY)
    assert (changed.decoder_layers, changed.width, changed.feed_forward) == (3, 48, 32)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("depth=3", r"shape 'depth=3': Expected name=value with one of source_pieces, .*decoder_layers"),
        ("width", r"shape 'width': Expected name=value"),
        ("width=wide", r"shape 'width=wide': Expected `int`"),
        ("width=25", r"shape 'width=25': width 25: Expected a multiple of 4 and 2"),
        ("decoder_layers=0", r"shape 'decoder_layers=0': Expected `int` >= 1"),
    ],
)
def test_a_wrong_shape_is_named(changes: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        make_shape(changes, TINY)


def test_each_shape_is_timed_as_often_as_asked_and_is_as_large_as_its_model() -> None:
    told: list[int] = []
    found = measure_speed(["", "decoder_layers=3"], TINY, 2, lambda: told.append(1))
    assert len(told) == 4
    assert [one.changes for one in found] == ["", "decoder_layers=3"]
    for one in found:
        model = TranslationModel(make_shape(one.changes, TINY), 0.0)
        assert one.parameters == sum(weight.numel() for weight in model.parameters())
        assert min(one.ms, one.ms_at_once) > 0
    assert found[0].megabytes < found[1].megabytes < 1


def test_the_command_tells_what_it_ran_on() -> None:
    told = orjson.loads(training("speed", "encoder_layers=1", "--rounds", "1", "--json").stdout)
    assert [shape["changes"] for shape in told["shapes"]] == ["", "encoder_layers=1"]
    assert told["shapes"][0]["parameters"] == 32_448_400
    assert "cores" in told["on"]
