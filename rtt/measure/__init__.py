"""How well captions serve a reader: the measures of the literature, computed from the event log of a replayed talk."""
