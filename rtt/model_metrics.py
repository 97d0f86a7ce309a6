"""The models in memory, for Prometheus: which there are, what they take, and how often they come and go."""

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from rtt.engine import ModelMemory


class ModelCollector(Collector):
    """What an engine says of its models whenever somebody looks."""

    def __init__(self, memory: Callable[[], ModelMemory]) -> None:
        self._memory = memory

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics; the bytes of a model are those of its files."""
        now = self._memory()
        yield GaugeMetricFamily("rtt_models_loaded", "Models in memory.", len(now.sizes))
        sizes = GaugeMetricFamily("rtt_model_bytes", "What each model in memory takes, about.", labels=["model"])
        for name, size in now.sizes.items():
            sizes.add_metric([name], size)
        yield sizes
        yield GaugeMetricFamily("rtt_model_budget_bytes", "What all models may take.", now.budget)
        yield SummaryMetricFamily(
            "rtt_model_load_seconds", "Loads of models.", count_value=now.loads, sum_value=now.load_s
        )
        yield CounterMetricFamily("rtt_model_load_failures", "Loads of models that failed.", now.refusals)
        yield CounterMetricFamily("rtt_model_unloads", "Models that were unloaded.", now.unloads)
