"""The names of the ways from one language to another: the models that a text goes through, one after the other.

`en-de` is a model, `nllb:de>fr` a pair of one of many languages, `de-en+en-fr` two legs. A model that is in memory is
named with its version, `en-de@1f2e3d4c`, so that nothing is taken for the answer of another one.
"""

from collections.abc import Iterable

_THEN = "+"
_PAIR = ":"
_TO = ">"
_VERSION = "@"


def leg_of(model: str, source: str, target: str) -> str:
    """Return the leg that is a pair of a model of many languages."""
    return f"{model}{_PAIR}{source}{_TO}{target}"


def route_of(legs: Iterable[str]) -> str:
    """Return the route of some legs."""
    return _THEN.join(legs)


def legs(route: str) -> list[str]:
    """Return the legs of a route."""
    return route.split(_THEN)


def split_leg(leg: str) -> tuple[str, str, str]:
    """Return a leg's model and, where that is one of many languages, its source and target, which else are empty."""
    model, _, pair = leg.partition(_PAIR)
    source, _, target = pair.partition(_TO)
    return model, source, target


def models_in(route: str) -> list[str]:
    """Return the model of each leg."""
    return [split_leg(leg)[0] for leg in legs(route)]


def with_models(route: str, models: Iterable[str]) -> str:
    """Return a route with other names for its models, in order."""
    named = zip(legs(route), models_in(route), models, strict=True)
    return route_of(new + leg.removeprefix(old) for leg, old, new in named)


def versioned(model: str, version: str) -> str:
    """Return the name of a version of a model."""
    return f"{model}{_VERSION}{version}"


def without_version(model: str) -> str:
    """Return the name of a model that may be named with its version."""
    return model.partition(_VERSION)[0]
