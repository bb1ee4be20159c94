"""The project's own tools: what `make` runs besides tests. Nothing in here ships."""
