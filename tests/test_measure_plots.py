import sys
from pathlib import Path

import pytest

from rtt.errors import ConfigError
from rtt.measure.plots import plot_lags, plot_segment
from tests.test_measure_eventlog import log_of
from tests.test_measure_lag import SAID, SPOKEN, TOLD

LONG = "Und dann " + "weiter " * 40
LOG = log_of([*TOLD, (2500, f"2: {LONG}|"), (2600, f"2: {LONG}| noch")], said=SAID, spoken=SPOKEN)
PNG = b"\x89PNG"


@pytest.mark.parametrize("segment", [None, 1, 2])
def test_a_segments_evolution_is_drawn(segment: int | None, tmp_path: Path) -> None:
    plot_segment(LOG, tmp_path / "segment.png", segment)
    assert (tmp_path / "segment.png").read_bytes().startswith(PNG)


def test_lags_are_drawn(tmp_path: Path) -> None:
    plot_lags([100, 200, 1500], tmp_path / "lags.png", "lags")
    assert (tmp_path / "lags.png").read_bytes().startswith(PNG)


def test_nothing_is_drawn_of_nothing(tmp_path: Path) -> None:
    plot_segment(log_of([]), tmp_path / "segment.png")
    plot_lags([], tmp_path / "lags.png", "lags")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ConfigError, match=r"pip install 'rtt\[measure\]'"):
        plot_segment(LOG, tmp_path / "segment.png")
