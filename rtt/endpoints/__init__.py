"""What peers reach over HTTP: sockets, streams, transcripts, pages, what a server says of itself; who may come in."""
