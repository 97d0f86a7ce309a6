"""What an organiser wants to know of a running server before a talk."""
