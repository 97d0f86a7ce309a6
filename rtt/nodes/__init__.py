"""Rooms that several nodes serve, over one Redis: any node serves their readers, one of them leads."""
