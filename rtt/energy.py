"""Energy that the machine's processors have used, where the system tells it: Linux's powercap (RAPL).

Each package counts microjoules in `energy_uj` and begins anew after `max_energy_range_uj`, which is minutes of full
load: it must be read more often than that. Most systems let only root read them; virtual machines have none.
https://www.kernel.org/doc/html/latest/power/powercap/powercap.html
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

POWERCAP = Path("/sys/class/powercap")


class _Package:
    def __init__(self, folder: Path) -> None:
        self._counter = folder / "energy_uj"
        self._range = int((folder / "max_energy_range_uj").read_text())
        self._last = self._read()
        self._used = 0

    def joules(self) -> float:
        now = self._read()
        self._used += (now - self._last) % (self._range + 1)
        self._last = now
        return self._used / 1e6

    def _read(self) -> int:
        return int(self._counter.read_text())


class Energy:
    """What the machine's packages have used together since this was made."""

    def __init__(self, root: Path = POWERCAP) -> None:
        self._packages: list[_Package] = []
        # Packages are named intel-rapl:0, on AMD too; what is within them has a further number.
        for folder in sorted(root.glob("intel-rapl:?")):
            with suppress(OSError, ValueError):
                self._packages.append(_Package(folder))

    def joules(self) -> float | None:
        """Return it; None where it cannot be read."""
        try:
            return sum(package.joules() for package in self._packages) if self._packages else None
        except (OSError, ValueError):
            return None


class EnergyCollector(Collector):
    """The same for Prometheus; nothing where it cannot be read."""

    def __init__(self, energy: Energy) -> None:
        self._energy = energy

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield the counter, if there is one."""
        joules = self._energy.joules()
        if joules is not None:
            yield CounterMetricFamily(
                "rtt_energy_joules", "Energy of the machine's processors since the start.", joules
            )
