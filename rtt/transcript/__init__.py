"""What was said in a room as SRT, WebVTT, text or JSON. Pure: no clock, no I/O."""
