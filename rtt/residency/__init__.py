"""Models in memory: loaded when somebody needs them, unloaded when nobody does, replaced by newer versions."""
