"""Files, functions and parameter lists stay small enough to read; raised only by a decision record.

How we count. A file: its lines. A function: from `def` to its last line, without its docstring and without
decorators, since neither is logic. Parameters: those that can be passed by position, without `self` and
`cls`, since they are the ones that can be swapped by mistake; with keyword-only ones up to ten in all. The
terminal commands in `entrypoints` are exempt from that count: there each parameter is an option of a command.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture._tree import ROOT, functions, parse

FILE_LINES = 700
FUNCTION_LINES = 60
POSITIONAL = 6
PARAMETERS = 10
TREES = ("src", "tests", "tools", "benchmarks")


def python_files() -> list[Path]:
    return [path for tree in TREES for path in sorted((ROOT / tree).rglob("*.py"))]


def function_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the length of a function without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int]:
    """Return how many parameters can be passed by position, and how many there are."""
    positional = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    if positional[:1] in (["self"], ["cls"]):
        positional = positional[1:]
    return len(positional), len(positional) + len(function.args.kwonlyargs)


def too_large(tree: ast.Module, *, count_parameters: bool = True) -> list[str]:
    """Return the functions of a module that are over a budget."""
    found = []
    for function in functions(tree):
        if (lines := function_lines(function)) > FUNCTION_LINES:
            found.append(f"{function.lineno} {function.name}: {lines} lines, at most {FUNCTION_LINES}")
        positional, every = parameters(function)
        if count_parameters and (positional > POSITIONAL or every > PARAMETERS):
            found.append(
                f"{function.lineno} {function.name}: {positional} positional of {every} parameters, "
                f"at most {POSITIONAL} of {PARAMETERS}"
            )
    return found


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert {str(p.relative_to(ROOT)): n for p, n in lengths.items() if n > FILE_LINES} == {}


def test_functions_are_short_and_take_few_parameters() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in python_files()
        for line in too_large(
            parse(path), count_parameters="src" in path.parts and "entrypoints" not in path.parts
        )
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("def f(a, b, c, d, e, g): ...", False),
        ("def f(a, b, c, d, e, g, h): ...", True),
        ("class C:\n    def f(self, a, b, c, d, e, g): ...", False),
        ("def f(a, *, b, c, d, e, g, h, i, j, k): ...", False),
        ("def f(a, *, b, c, d, e, g, h, i, j, k, l): ...", True),
        ("def f():\n" + "    x = 1\n" * 59, False),
        ("def f():\n" + "    x = 1\n" * 60, True),
        ('def f():\n    """' + "Doc.\n" * 40 + '    """\n' + "    x = 1\n" * 59, False),
    ],
)
def test_a_planted_function_is_judged_right(source: str, *, caught: bool) -> None:
    assert bool(too_large(ast.parse(source))) is caught
