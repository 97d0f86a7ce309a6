"""What `GET /v1/models` says: which languages there are, by which models and under which licences."""

from collections.abc import Collection
from typing import Any

from rtt.catalog import Catalog, Model
from rtt.route import models_in


def models_of(catalog: Catalog, prefills: Collection[str], loaded: Collection[str]) -> list[dict[str, Any]]:
    """Return each model that translates, and each route of two through English.

    `loaded`: the models that are in memory; `prefills`: those of them that run the prefix of an answer in one pass,
    which of another is not known.
    """
    direct = [_model(model, prefill=model.name in prefills) for model in catalog.translators()]
    routes = [_pivot(catalog, route, *pair) for route, pair in catalog.pivots().items()]
    return [said | {"loaded": {*models_in(said["name"])} <= {*loaded}} for said in direct + routes]


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
    licences = dict.fromkeys(catalog.models[leg].manifest.licence for leg in models_in(route))
    return {"name": route, "source": source, "targets": [target], "licence": ", ".join(licences)}
