"""Loads the plugins: fixtures live in `tests/plugins/<what>.py`, and a new one is a new file there."""

from pathlib import Path

pytest_plugins = [
    f"tests.plugins.{module.stem}" for module in sorted((Path(__file__).parent / "plugins").glob("[!_]*.py"))
]
