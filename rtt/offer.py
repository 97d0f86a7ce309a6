"""What `GET /v1/models` says: which languages there are, by which models and under which licences."""

from typing import Any

from rtt.catalog import Catalog, Model, legs


def models_of(catalog: Catalog) -> list[dict[str, Any]]:
    """Return each model that translates, and each route of two through English."""
    direct = [_model(model) for model in catalog.translators()]
    return direct + [_pivot(catalog, route, *pair) for route, pair in catalog.pivots().items()]


def _model(model: Model) -> dict[str, Any]:
    manifest = model.manifest
    said = {
        "name": model.name,
        "source": manifest.source,
        "targets": sorted(manifest.writes),
        "licence": manifest.licence,
    }
    return said | {"sources": sorted(manifest.reads)} if manifest.many else said


def _pivot(catalog: Catalog, route: str, source: str, target: str) -> dict[str, Any]:
    licences = dict.fromkeys(catalog.models[leg].manifest.licence for leg in legs(route))
    return {"name": route, "source": source, "targets": [target], "licence": ", ".join(licences)}
