"""Sources: what customer records are read from, and how they become published tables."""
