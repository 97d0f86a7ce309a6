import re

import pytest

from rtt import errors
from rtt.errors import RttError, WireError


def subclasses(cls: type[RttError]) -> list[type[RttError]]:
    return [below for direct in cls.__subclasses__() for below in (direct, *subclasses(direct))]


def tree(cls: type[RttError], indent: str = "") -> list[str]:
    """Draw the classes below `cls` as the docstring does, without what is said of them."""
    direct = [child for child in cls.__subclasses__() if child.__module__ == errors.__name__]
    return [
        line
        for child in direct
        for last in [child is direct[-1]]
        for line in (
            f"{indent}{'└──' if last else '├──'} {child.__name__}",
            *tree(child, indent + ("    " if last else "│   ")),
        )
    ]


WIRE = [cls for cls in subclasses(WireError) if issubclass(cls, WireError)]
DRAWING = str(errors.__doc__).partition("\n\n")[2].splitlines()


def test_the_docstring_draws_the_tree() -> None:
    assert [re.match(r"[│├└─ ]*\w+", line)[0] for line in DRAWING] == ["RttError", *tree(RttError)]  # type: ignore[index]


@pytest.mark.parametrize("cls", WIRE)
def test_the_docstring_tells_code_and_close(cls: type[WireError]) -> None:
    line = next(line for line in DRAWING if f" {cls.__name__} " in line)
    assert line.split()[-2:] == [cls.code, str(cls.close)]


def test_a_code_means_one_error() -> None:
    assert len({cls.code for cls in WIRE}) == len(WIRE)


@pytest.mark.parametrize("cls", WIRE)
def test_a_code_is_the_name_of_its_class(cls: type[WireError]) -> None:
    assert cls.code == re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


@pytest.mark.parametrize("cls", WIRE)
def test_what_may_succeed_later_is_retryable(cls: type[WireError]) -> None:
    retryable = {"idle_timeout", "model_unavailable", "quota_exceeded", "rate_limited", "restarting", "try_again_later"}
    assert cls.retryable == (cls.code in retryable)


@pytest.mark.parametrize("cls", WIRE)
def test_a_close_has_its_http_status(cls: type[WireError]) -> None:
    assert cls("as the test says").status in {400, 401, 403, 404, 408, 409, 413, 429, 503}
