"""A broad `except` stands only at the three boundaries, and product code does not print."""

from __future__ import annotations

import ast

import pytest

from tests.architecture._tree import modules

# Where a failure of any kind is turned into something recorded: the boundary, and how many handlers it has.
BOUNDARIES = {
    "onefold.entrypoints.cli": (
        1,
        "the command line: an unforeseen failure becomes a message and an exit code",
    ),
    "onefold.runs.service": (1, "a stage: its failure is recorded in the run, its dependents are skipped"),
}
BROAD = {"Exception", "BaseException"}


def broad_handlers(tree: ast.Module) -> list[int]:
    """Return the lines of broad handlers that never raise: cleaning up and re-raising swallows nothing."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and _is_broad(node.type)
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
    ] + [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("suppress")
        and any(_is_broad(argument) for argument in node.args)
    ]


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(name, ast.Name) and name.id in BROAD for name in names)


def test_broad_handlers_stand_at_the_boundaries_only() -> None:
    found = {}
    for name, module in modules().items():
        allowed = [count for place, (count, _) in BOUNDARIES.items() if f"{name}.".startswith(f"{place}.")]
        lines = broad_handlers(module.tree)
        if len(lines) > sum(allowed):
            found[module.where] = lines
    assert found == {}


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("try: f()\nexcept Exception: pass", True),
        ("try: f()\nexcept: pass", True),
        ("try: f()\nexcept (OSError, Exception) as e: log(e)", True),
        ("with contextlib.suppress(Exception): f()", True),
        ("try: f()\nexcept BaseException:\n    undo()\n    raise", False),
        ("try: f()\nexcept Exception as e:\n    raise Permanent('x') from e", False),
        ("try: f()\nexcept OSError: pass", False),
    ],
)
def test_a_planted_handler_is_judged_right(source: str, *, caught: bool) -> None:
    assert bool(broad_handlers(ast.parse(source))) is caught


def test_product_code_does_not_print() -> None:
    found = [
        f"{module.where}:{node.lineno}"
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"print", "pprint", "breakpoint"}
    ]
    assert found == []
