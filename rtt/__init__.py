"""rtt: live captions in every reader's language."""
