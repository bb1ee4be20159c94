"""What a newcomer with an unfit Python is told."""

import ast
from pathlib import Path

import pytest

from tools import interpreter


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (4, 0)])
def test_a_new_enough_python_with_venv_is_fine(version: tuple[int, ...]) -> None:
    assert interpreter.problem(version, has_venv=True) == ""


def test_an_old_python_is_named_with_the_next_step() -> None:
    told = interpreter.problem((3, 9), has_venv=True)
    assert "is Python 3.9" in told
    assert "make demo PYTHON=" in told


def test_a_missing_venv_module_is_named_with_the_package() -> None:
    assert "python3.12-venv" in interpreter.problem((3, 12), has_venv=False)


def test_the_file_parses_on_old_pythons() -> None:
    ast.parse(Path(interpreter.__file__).read_text(encoding="utf-8"), feature_version=(3, 4))
