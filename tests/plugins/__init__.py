"""Pytest plugins: `tests/conftest.py` loads every module in here whose name starts with a letter."""
