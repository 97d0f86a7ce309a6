"""Builds the real engine from a configuration."""

from rtt.catalog import Catalog
from rtt.config import Config
from rtt.ct2.backend import Ct2Backend
from rtt.ct2.hardware import choose_hardware
from rtt.ct2.memory import machine_memory
from rtt.errors import ConfigError
from rtt.residency.engine import ResidentEngine
from rtt.residency.loader import Loader
from rtt.residency.models import ResidentModels
from rtt.residency.watch import ModelWatch
from rtt.scheduler import Scheduler

_SHARE = 2  # of the machine's memory, where nothing is said: a half


def build_engine(config: Config) -> tuple[Catalog, ResidentEngine]:
    """Find the models and the hardware; nothing is loaded yet. Raises ConfigError, ModelError."""
    watch = ModelWatch(config.models)
    catalog = Catalog.find(config.models)
    hardware = choose_hardware(config.device, config.compute_type, config.workers)
    # Of no catalogue: what it has is added and dropped.
    backend = Ct2Backend(Catalog(()), hardware, prefill=config.prefill, max_tokens=config.max_batch_tokens)
    budget = config.model_memory * 1_000_000 or machine_memory() // _SHARE
    models = ResidentModels(Loader(backend), catalog, budget=budget, idle_s=config.model_idle_s)
    scheduler = Scheduler(
        backend,
        workers=hardware.workers,
        max_batch=config.max_batch,
        cache_bytes=0 if config.private else config.cache_mb * 1_000_000,
        adapt=config.adapt,
    )
    return catalog, ResidentEngine(scheduler, models, catalog, watch, _preloaded(config, catalog))


def _preloaded(config: Config, catalog: Catalog) -> list[str]:
    if unknown := {*config.preload} - catalog.models.keys():
        raise ConfigError(f"preload: {min(unknown)}: there are: {', '.join(sorted(catalog.models))}")
    if config.preload:
        return [*config.preload]
    source = catalog.resolve(config.source)
    reading = (model for model in catalog.translators() if source in model.manifest.reads)
    first = next(reading, None) or next(iter(catalog.translators()), None)
    return [model.name for model in (first, catalog.punctuator(source)) if model]
