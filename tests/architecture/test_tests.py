"""The tests keep their own rules: registered markers, reasons for what is skipped, warnings as errors."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator

import pytest

from tests.architecture._tree import ROOT, parse

BUILT_IN = {
    "parametrize",
    "skip",
    "skipif",
    "xfail",
    "usefixtures",
    "filterwarnings",
    "timeout",
    "xdist_group",
}
NEED_A_REASON = {"skip", "skipif", "xfail"}


def settings() -> dict[str, object]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: dict[str, object] = project["tool"]["pytest"]["ini_options"]
    return found


def marks(tree: ast.Module) -> Iterator[tuple[str, ast.Attribute, ast.Call | None]]:
    """Yield every `pytest.mark.NAME` of a module, with its call when it is one."""
    calls = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "pytest.mark":
            yield node.attr, node, calls.get(id(node))


def without_reason(tree: ast.Module) -> list[int]:
    """Return the lines of marks that skip or excuse a test and do not say why."""
    return [
        node.lineno
        for name, node, call in marks(tree)
        if name in NEED_A_REASON and (call is None or not any(k.arg == "reason" for k in call.keywords))
    ]


def test_markers_are_registered_with_a_description_and_strict() -> None:
    registered = settings()["markers"]
    assert isinstance(registered, list)
    assert all(len(line.partition(":")[2].strip()) > 10 for line in registered)
    names = {line.partition(":")[0].strip() for line in registered} | BUILT_IN
    used = {name for path in sorted((ROOT / "tests").rglob("*.py")) for name, _, _ in marks(parse(path))}
    assert used - names == set()
    options = str(settings()["addopts"])
    assert "--strict-markers" in options
    assert "--strict-config" in options
    assert settings()["xfail_strict"] is True


def test_warnings_are_errors() -> None:
    filters = settings()["filterwarnings"]
    assert isinstance(filters, list)
    assert filters[0] == "error"


def test_what_is_skipped_says_why() -> None:
    found = {
        str(path.relative_to(ROOT)): without_reason(parse(path)) for path in (ROOT / "tests").rglob("*.py")
    }
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("@pytest.mark.skip\ndef test(): ...", True),
        ("@pytest.mark.skip()\ndef test(): ...", True),
        ("@pytest.mark.xfail(raises=OSError)\ndef test(): ...", True),
        ("@pytest.mark.skipif(True, reason='no such system')\ndef test(): ...", False),
        ("@pytest.mark.slow\ndef test(): ...", False),
    ],
)
def test_a_planted_mark_is_judged_right(source: str, *, caught: bool) -> None:
    assert bool(without_reason(ast.parse(source))) is caught
