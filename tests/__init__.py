"""A package, so that `tests.plugins` imports under its own name."""
