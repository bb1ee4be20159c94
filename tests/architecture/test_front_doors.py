"""Another noun is entered by its front door, and a front door says exactly what it offers."""

from __future__ import annotations

import ast

import pytest

from tests.architecture._tree import (
    PACKAGE,
    ROOT,
    Module,
    exported_names,
    front_doors,
    imports_of,
    modules,
    unit_of,
)

MOST_NAMES = 15

# Second doors, open to everyone. Each stands here with its reason.
DOORS = {
    f"{PACKAGE}.foundation.warehouse.sql": "the words SQL is written with: used in every file that has SQL",
    f"{PACKAGE}.foundation.contact_points.emails": "only what is about e-mail needs it",
    f"{PACKAGE}.foundation.contact_points.phone_plans": "numbering plans are large: loaded where they are asked for",
    f"{PACKAGE}.foundation.contact_points.phones": "phonenumbers is large: loaded where a number is parsed",
    f"{PACKAGE}.foundation.definitions.model": "the parent of every model; the front door brings the Store along",
    f"{PACKAGE}.foundation.definitions.yaml_text": "how a definition is written; for whoever drafts one",
    f"{PACKAGE}.foundation.kernel.logs": "set once, at the ways in",
    f"{PACKAGE}.foundation.warehouse.vocabulary": "the of_* functions and their references in Python",
    f"{PACKAGE}.foundation.warehouse.lake": "published tables: a second idea beside the engine",
    f"{PACKAGE}.identity.block_report": "counts what rules would compare; no stage needs it",
    f"{PACKAGE}.identity.decisions": "what people say of single records; a second idea beside the rules",
    f"{PACKAGE}.identity.draft": "writes a first definition; no stage needs it",
    f"{PACKAGE}.identity.evaluate": "measures what a run left; no stage needs it",
    f"{PACKAGE}.identity.explain": "answers people's questions after a run; no stage needs it",
    f"{PACKAGE}.identity.recency": "how recent a record is, by which winners and values are chosen alike",
    f"{PACKAGE}.sources.connectors": "the connector contract, which third parties implement",
    f"{PACKAGE}.sources.files": "how connectors reach files; part of that contract",
}
# Who may name a concrete backend of the foundation: the file that picks them and the published suites.
MAY_NAME_BACKENDS = {f"{PACKAGE}.bootstrap", f"{PACKAGE}.testing"}


def trespasses(module: Module, known: dict[str, Module]) -> list[str]:
    """Return the imports of a module that pass by another unit's front door."""
    found = []
    for imported in imports_of(module.tree, known):
        target = imported.target
        unit = unit_of(target)
        if (
            not target.startswith(f"{PACKAGE}.")
            or unit == unit_of(module.name)
            or target == unit
            or target in DOORS
        ):
            continue
        if unit_of(module.name) in MAY_NAME_BACKENDS and target.startswith(f"{PACKAGE}.foundation."):
            continue
        found.append(f"{module.where}:{imported.line} imports {target}; enter by {unit}")
    return found


def test_nouns_are_entered_by_their_front_door() -> None:
    known = modules()
    assert sorted({line for module in known.values() for line in trespasses(module, known)}) == []


@pytest.mark.parametrize(
    ("importer", "source", "caught"),
    [
        ("onefold.identity.block", "from onefold.sources.ingest import load", True),
        ("onefold.identity.block", "import onefold.sources.ingest", True),
        ("onefold.identity.block", "def f():\n    from onefold.sources.ingest import load", True),
        ("onefold.identity.block", "from onefold.sources import ingest", True),
        ("onefold.identity.block", "from onefold.foundation.warehouse.duckdb import DuckDBWarehouse", True),
        ("onefold.foundation.store.port", "from onefold.foundation.kernel.errors import Conflict", True),
        ("onefold.identity.block", "from onefold.sources import load", False),
        ("onefold.identity.block", "from onefold.identity.cluster import clusters", False),
        ("onefold.identity.block", "from onefold.foundation.warehouse.sql import sql", False),
        ("onefold.bootstrap", "from onefold.foundation.warehouse.duckdb import DuckDBWarehouse", False),
        ("onefold.bootstrap", "from onefold.sources.ingest import load", True),
    ],
)
def test_a_planted_import_is_judged_right(importer: str, source: str, *, caught: bool) -> None:
    ingest = _module("onefold.sources.ingest", "")
    known = {ingest.name: ingest}
    assert bool(trespasses(_module(importer, source), known)) is caught


def problems_of_a_door(module: Module) -> list[str]:
    """Return what keeps a front door's `__all__` from being exactly its public names, and few of them."""
    exported = exported_names(module.tree)
    own, borrowed = _names(module)
    problems = []
    if hidden := sorted(own - set(exported)):
        problems.append(f"public names that are not in __all__: {hidden}")
    if dangling := sorted(set(exported) - own - borrowed):
        problems.append(f"names in __all__ that do not exist: {dangling}")
    if len(exported) > MOST_NAMES:
        problems.append(f"{len(exported)} names; at most {MOST_NAMES}")
    if len(set(exported)) != len(exported):
        problems.append("a name twice in __all__")
    if ast.get_docstring(module.tree) is None:
        problems.append("no docstring that explains the noun")
    return [f"{module.where}: {problem}" for problem in problems]


def test_front_doors_say_exactly_what_they_offer() -> None:
    assert [problem for door in front_doors() for problem in problems_of_a_door(door)] == []


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ('"""Doc."""\nfrom onefold.sources.a import b\n__all__ = ["b"]', None),
        ('"""Doc."""\nimport os\nfrom onefold.foundation.kernel import c\n__all__ = []', None),
        ('"""Doc."""\nfrom onefold.sources.a import b, c\n__all__ = ["b"]', "not in __all__"),
        ('"""Doc."""\nfrom onefold.sources.a import b\n__all__ = ["b", "gone"]', "do not exist"),
        (
            '"""Doc."""\n'
            + "\n".join(f"x{i} = {i}" for i in range(16))
            + f"\n__all__ = {[f'x{i}' for i in range(16)]}",
            "16 names",
        ),
        ("", "no docstring"),
    ],
)
def test_a_planted_door_is_judged_right(source: str, complaint: str | None) -> None:
    problems = problems_of_a_door(_module("onefold.sources", source))
    assert (complaint is None and problems == []) or (
        complaint is not None and complaint in " ".join(problems)
    )


def _names(module: Module) -> tuple[set[str], set[str]]:
    """Return the public names a front door defines or takes from its own modules, and those it borrows."""
    own: set[str] = set()
    borrowed: set[str] = set()
    for node in module.tree.body:
        if isinstance(node, ast.ImportFrom):
            ours = unit_of(node.module or "") == module.name and node.module != module.name
            (own if ours else borrowed).update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            own.add(node.name)
        elif isinstance(node, ast.Assign):
            own |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign):
            own.add(ast.unparse(node.target))
    return {name for name in own if not name.startswith("_")}, borrowed


def _module(name: str, source: str) -> Module:
    return Module(name, ROOT / "src" / f"{name.replace('.', '/')}.py", ast.parse(source), is_package=False)
