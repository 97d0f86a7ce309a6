import inspect
import math
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from typer.models import OptionInfo

from rtt.cli.serve import serve
from rtt.config import Config, make_config
from rtt.errors import ConfigError
from rtt.policy import PolicyOptions
from rtt.segmenter import SegmenterOptions

# What is no setting of a person's, but of whoever builds a service of their own.
INNER = {"segmenter", "policy"}


def test_what_is_not_given_is_the_default() -> None:
    assert make_config({}) == Config()
    assert make_config({"port": None, "models": None}) == Config()


def test_the_default_is_for_this_machine_only() -> None:
    assert Config().host == "127.0.0.1"
    assert Config().origins == ()


def test_the_default_models_are_the_bundled_ones() -> None:
    assert [(folder / "en-de" / "model.json").is_file() for folder in Config().models] == [True]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("port", 0, 0),
        ("port", "65535", 65535),
        ("models", [Path("a"), Path("b")], (Path("a"), Path("b"))),
        ("models", ["a"], (Path("a"),)),
        ("origins", ["https://example.org"], ("https://example.org",)),
        ("device", "cpu", "cpu"),
        ("device", "cuda:0,cuda:1", "cuda:0,cuda:1"),
        ("source", "pt-BR", "pt-BR"),
        ("patience_s", "2.5", 2.5),
        ("drain_s", 0, 0.0),
        ("policy", {"mask": 3}, PolicyOptions(mask=3)),
        ("segmenter", {"agreement": 3}, SegmenterOptions(agreement=3)),
    ],
)
def test_a_setting_is_taken(name: str, value: object, expected: object) -> None:
    assert getattr(make_config({name: value}), name) == expected


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("port", 65536, "port: 65536: Expected `int` <= 65535"),
        ("port", -1, "port: -1: Expected `int` >= 0"),
        ("port", "http", "port: 'http': Expected `int`, got `str`"),
        ("host", 3, "host: 3: Expected `str`, got `int`"),
        ("source", "e_n", "source: 'e_n': Expected a language tag (BCP 47) such as en or pt-BR"),
        ("source", "en\n", "source: 'en\\n': Expected a language tag (BCP 47) such as en or pt-BR"),
        ("device", "gpu", "device: 'gpu': Expected auto, cpu, cuda or devices such as cuda:0,cuda:1"),
        ("device", "cuda:0,cpu", "device: 'cuda:0,cpu': Expected auto, cpu, cuda or devices such as cuda:0,cuda:1"),
        ("models", "models", "models: 'models': Expected `array`, got `str`"),
        ("models", [3], "models[0]: [3]: Expected `Path`, got `int`"),
        ("workers", -1, "workers: -1: Expected `int` >= 0"),
        ("max_batch", 0, "max_batch: 0: Expected `int` >= 1"),
        ("max_rooms", 0, "max_rooms: 0: Expected `int` >= 1"),
        ("history", 1.5, "history: 1.5: Expected `int`, got `float`"),
        ("log_limit", 0, "log_limit: 0: Expected `int` >= 1"),
        ("outbox_limit", 9, "outbox_limit: 9: Expected `int` >= 10"),
        ("patience_s", 0.5, "patience_s: 0.5: Expected `float` >= 1.0"),
        ("idle_timeout_s", -1, "idle_timeout_s: -1: Expected `float` >= 0.0"),
        ("room_linger_s", math.nan, "room_linger_s: nan: Expected `float` >= 0.0"),
        ("drain_s", "soon", "drain_s: 'soon': Expected `float`, got `str`"),
        ("policy", {"mask": "x"}, "policy.mask: {'mask': 'x'}: Expected `int`, got `str`"),
        ("prot", 8000, "Object contains unknown field `prot`"),
    ],
)
def test_a_bad_setting_is_refused_by_name(name: str, value: object, says: str) -> None:
    with pytest.raises(ConfigError) as refused:
        make_config({"history": 5, name: value})
    assert str(refused.value) == says


def serve_options() -> dict[str, OptionInfo]:
    hints = get_type_hints(serve, include_extras=True)
    return {name: _option(hints[name]) for name in inspect.signature(serve).parameters}


def _option(hint: Any) -> OptionInfo:
    (option,) = (part for part in get_args(hint) if isinstance(part, OptionInfo))
    return option


def test_every_setting_is_an_option_of_serve() -> None:
    assert serve_options().keys() - {"config"} == {field.name for field in msgspec.structs.fields(Config)} - INNER


def test_every_setting_can_come_from_the_environment() -> None:
    assert {name: option.envvar for name, option in serve_options().items()} == {
        name: f"RTT_{name.upper()}" for name in serve_options()
    }
