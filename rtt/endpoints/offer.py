"""What `GET /v1/models` says: which languages there are, by which models and under which licences."""

from collections.abc import Collection
from typing import Any

from rtt.catalog import Catalog, Model, legs


def models_of(catalog: Catalog, prefills: Collection[str]) -> list[dict[str, Any]]:
    """Return each model that translates, and each route of two through English.

    `prefills`: the models that run the prefix of an answer in one pass.
    """
    direct = [_model(model, prefill=model.name in prefills) for model in catalog.translators()]
    return direct + [_pivot(catalog, route, *pair) for route, pair in catalog.pivots().items()]


def _model(model: Model, *, prefill: bool) -> dict[str, Any]:
    manifest = model.manifest
    said = {
        "name": model.name,
        "source": manifest.source,
        "targets": sorted(manifest.writes),
        "licence": manifest.licence,
        "prefill": prefill,
    }
    return said | {"sources": sorted(manifest.reads)} if manifest.many else said


def _pivot(catalog: Catalog, route: str, source: str, target: str) -> dict[str, Any]:
    licences = dict.fromkeys(catalog.models[leg].manifest.licence for leg in legs(route))
    return {"name": route, "source": source, "targets": [target], "licence": ", ".join(licences)}
