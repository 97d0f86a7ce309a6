"""What a process costs: CPU time, memory, and where the machine tells it, energy."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from rtt.errors import ConfigError

_POWERCAP = Path("/sys/class/powercap")


class Memory(Struct, frozen=True):
    """The memory of a process, in bytes."""

    rss: int
    pss: int | None
    """Proportional: shared pages count by the number of those who share them; Linux only."""


class Meter:
    """Reads what a running process has used. Raises ConfigError without psutil."""

    def __init__(self, pid: int) -> None:
        try:
            import psutil  # noqa: PLC0415 - an extra
        except ImportError:
            raise ConfigError("psutil is not installed: pip install 'rtt[measure]'") from None
        self._process = psutil.Process(pid)

    def cpu_s(self) -> float:
        """Return the seconds that its threads have run, in user and system mode."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> Memory:
        """Return what it holds now."""
        info = self._process.memory_full_info()
        return Memory(info.rss, getattr(info, "pss", None))


class Energy:
    """The machine's energy counters: RAPL, one for each package (Linux powercap), where they may be read."""

    def __init__(self, folder: Path = _POWERCAP) -> None:
        packages = [path for path in sorted(folder.glob("intel-rapl:*")) if path.name.count(":") == 1]
        self._packages = [path for path in packages if _counter(path / "energy_uj") is not None]

    def read(self) -> Mapping[Path, int]:
        """Return the counters, in microjoules; empty where there are none."""
        return {path: value for path in self._packages if (value := _counter(path / "energy_uj")) is not None}

    def joules(self, before: Mapping[Path, int], after: Mapping[Path, int]) -> float | None:
        """Return what was used between two readings; a counter that began anew has gone through its range once."""
        if not before or before.keys() != after.keys():
            return None
        return sum(self._used(path, before[path], after[path]) for path in before) / 1e6

    def _used(self, path: Path, before: int, after: int) -> int:
        return after - before if after >= before else after - before + (_counter(path / "max_energy_range_uj") or 0)


def _counter(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
