"""How the bundled models are trained: `python -m models.training --help`."""
