"""The project as the architecture tests see it: modules with their syntax trees, and the tracked files."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
PACKAGE = "onefold"


@dataclass(frozen=True)
class Module:
    """One Python file under src/."""

    name: str
    path: Path
    tree: ast.Module
    is_package: bool

    @property
    def where(self) -> str:
        """The path as a reader of a failure wants it."""
        return str(self.path.relative_to(ROOT))


@cache
def modules() -> dict[str, Module]:
    """Return every module of the package by its dotted name."""
    found = {}
    for path in sorted((SRC / PACKAGE).rglob("*.py")):
        parts = list(path.relative_to(SRC).with_suffix("").parts)
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        found[name] = Module(name, path, parse(path), is_package)
    return found


def parse(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def unit_of(name: str) -> str:
    """Return the part of the tree that has one front door: a noun, or one subpackage of the foundation."""
    parts = name.split(".")
    return ".".join(parts[: 3 if parts[1:2] == ["foundation"] else 2])


def front_doors() -> Iterator[Module]:
    """Yield the `__init__` of every noun and of every subpackage of the foundation."""
    for module in modules().values():
        if (
            module.is_package
            and module.name == unit_of(module.name)
            and module.name != f"{PACKAGE}.foundation"
        ):
            yield module


@dataclass(frozen=True)
class Import:
    """One imported name: `target` is the module when the name is one, else the module it comes from."""

    target: str
    line: int


def imports_of(tree: ast.Module, known: dict[str, Module]) -> Iterator[Import]:
    """Yield what a module imports, wherever in it the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                # A front door may export a name that one of its modules bears too: the exported one wins.
                exported = node.module in known and alias.name in exported_names(known[node.module].tree)
                yield Import(inner if inner in known and not exported else node.module, node.lineno)


def exported_names(tree: ast.Module) -> tuple[str, ...]:
    """Return the literal `__all__` of a module, or nothing."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and "__all__" in {ast.unparse(target) for target in node.targets}:
            return tuple(ast.literal_eval(node.value))
    return ()


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return the files that git tracks or would offer to track; outside a clone, every file but caches."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        names = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        names = [
            path
            for path in ROOT.rglob("*")
            if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
        ]
    return tuple(path for path in names if path.is_file())


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
