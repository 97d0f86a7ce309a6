"""`rtt models info`: all that is known of one model."""

import msgspec

from rtt.cli.models_found import find, megabytes
from rtt.cli.models_options import Named
from rtt.cli.models_show import print_json, print_pairs
from rtt.cli.options import Json, Models


def info(model: Named, models: Models = None, json: Json = False) -> None:
    """Say all that is known of a model."""
    found = find(model, models)
    manifest = msgspec.to_builtins(found.manifest)
    if json:
        print_json({**manifest, "folder": str(found.folder)})
        return
    for name in ("sources", "targets"):
        manifest[name] = ", ".join(sorted(manifest[name]))
    for name in ("tokeniser", "options"):
        manifest[name] = ", ".join(f"{key} {value}" for key, value in manifest[name].items())
    manifest["files"] = "\n".join(f"{name}, {file['bytes']:,} bytes" for name, file in manifest["files"].items())
    said = {name: value for name, value in manifest.items() if value}
    print_pairs({**said, "megabytes": megabytes(found), "folder": found.folder})
