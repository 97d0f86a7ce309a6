"""`rtt models list`: the models there are."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rtt.catalog import Catalog
from rtt.cli.models_found import folders, megabytes
from rtt.cli.models_show import print_json
from rtt.cli.options import Json, Models
from rtt.convert.card import languages


def list_(models: Models = None, json: Json = False) -> None:
    """List the models there are."""
    catalog = Catalog.find(folders(models))
    rows = [
        {
            "name": model.name,
            "task": model.manifest.task.value,
            "languages": languages(model.manifest),
            "licence": model.manifest.licence,
            "megabytes": megabytes(model),
            "folder": str(model.folder),
        }
        for model in catalog.models.values()
    ]
    pivots = list(catalog.pivots())
    if json:
        print_json({"models": rows, "routes": pivots})
        return
    table = Table()
    for name in ("name", "task", "languages", "licence", "MB", "folder"):
        table.add_column(name, justify="right" if name == "MB" else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(value)) for value in row.values()))
    console = Console()
    console.print(table)
    if pivots:
        console.print("through English:", ", ".join(pivots))
