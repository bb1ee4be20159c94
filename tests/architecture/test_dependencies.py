"""A library is declared, recorded in ADR 0002 with a licence we may ship, and imported in its one place."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture._tree import PACKAGE, ROOT, Module, imports_of, modules

RECORD = ROOT / "docs" / "adr" / "0002-dependencies.md"

# Libraries that are types we speak everywhere; the rest has a home.
EVERYWHERE = {"numpy", "pyarrow", "pydantic", "pydantic_core", "structlog", "typing_extensions"}
HOMES: dict[str, tuple[str, ...]] = {
    "adbc_driver_manager": ("sources.connectors",),
    "adbc_driver_postgresql": ("sources.connectors",),
    "adbc_driver_sqlite": ("sources.connectors",),
    "alembic": ("foundation.store",),
    "anyascii": ("identity.normalizers",),
    "asyncmy": ("sources.connectors",),
    "deltalake": ("foundation.warehouse", "sources.connectors.delta"),
    "duckdb": ("foundation.warehouse",),
    "obstore": ("foundation.warehouse", "sources"),
    "pandas": ("workspace",),
    "phonenumbers": ("foundation.contact_points",),
    "polars": ("workspace",),
    "psycopg": ("foundation.store", "sources.connectors"),
    "py4j": ("foundation.warehouse",),
    "pydantic_settings": ("settings",),
    "pyspark": ("foundation.warehouse",),
    "python_calamine": ("sources.connectors.excel",),
    "pytz": (),  # DuckDB wants it to hand out instants; nobody imports it
    "rapidfuzz": ("foundation.warehouse",),
    "rich": ("entrypoints",),
    "scipy": ("foundation.statistics", "identity"),
    "sqlalchemy": ("foundation.store", "sources.connectors", "*.storage"),
    "sqlglot": ("foundation.warehouse",),
    "typer": ("entrypoints",),
    "yaml": ("foundation.definitions",),
}
# `onefold.testing` publishes suites and fakes, `bootstrap` picks implementations: both may name any of them.
EXEMPT = ("testing", "bootstrap")
# Distributions whose module has another name.
MODULE_OF = {"pyyaml": "yaml", "python-calamine": "python_calamine"}

FORBIDDEN_LICENCE = re.compile(
    r"\bAGPL|Affero|\bSSPL|Server Side Public|(?<!L)\bGPL|(?<!Lesser )General Public", re.IGNORECASE
)


def strangers(module: Module) -> list[str]:
    """Return the third-party imports of a module that stand outside the library's home."""
    inside = module.name.removeprefix(PACKAGE).lstrip(".")
    found = []
    for imported in imports_of(module.tree, {}):
        library = imported.target.split(".")[0]
        if library in {PACKAGE, "__future__", *EVERYWHERE, *sys.stdlib_module_names} or _is_in(
            inside, EXEMPT
        ):
            continue
        homes = HOMES.get(library)
        if homes is None:
            found.append(
                f"{module.where}:{imported.line} imports {library}, which has no home in {__name__}.HOMES"
            )
        elif not _is_in(inside, homes):
            found.append(f"{module.where}:{imported.line} imports {library}; its home is {', '.join(homes)}")
    return found


def _is_in(inside: str, places: tuple[str, ...]) -> bool:
    return any(
        inside.endswith(place[1:])
        if place.startswith("*")
        else inside == place or inside.startswith(f"{place}.")
        for place in places
    )


def test_a_library_is_imported_in_its_one_place() -> None:
    assert [line for module in modules().values() for line in strangers(module)] == []


@pytest.mark.parametrize(
    ("name", "source", "caught"),
    [
        ("onefold.identity.block", "import duckdb", True),
        ("onefold.identity.block", "from sqlalchemy import create_engine", True),
        ("onefold.profiles.storage", "from sqlalchemy import select", False),
        ("onefold.foundation.warehouse.duckdb", "import duckdb", False),
        ("onefold.testing.warehouse_suite", "import duckdb", False),
        ("onefold.runs.stage", "import requests", True),
        ("onefold.runs.stage", "import json, pyarrow", False),
    ],
)
def test_a_planted_library_is_judged_right(name: str, source: str, *, caught: bool) -> None:
    import ast

    module = Module(name, ROOT / "src" / f"{name.replace('.', '/')}.py", ast.parse(source), is_package=False)
    assert bool(strangers(module)) is caught


def test_engines_are_created_in_foundation_and_by_connectors_only() -> None:
    found = []
    for name, module in modules().items():
        inside = name.removeprefix(f"{PACKAGE}.")
        if not _is_in(
            inside, ("foundation", "bootstrap", "testing", "sources.connectors")
        ) and "create_engine" in module.path.read_text(encoding="utf-8"):
            found.append(module.where)
    assert found == []


def declared() -> dict[str, set[str]]:
    """Return every distribution pyproject.toml names, by canonical name, with the lists it stands in."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lists: dict[str, list[str]] = {"core": project["project"]["dependencies"]}
    lists |= project["project"]["optional-dependencies"]
    lists |= project["dependency-groups"]
    found: dict[str, set[str]] = {}
    for name, requirements in lists.items():
        for requirement in requirements:
            found.setdefault(canonicalize_name(Requirement(requirement).name), set()).add(name)
    return found


def recorded() -> dict[str, str]:
    """Return the licence ADR 0002 states, by distribution: first and last cell of each row of its tables."""
    rows = re.findall(
        r"^\| `([^`]+)` \|.*\| ([^|]+) \|$", RECORD.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    return {canonicalize_name(name): licence.strip() for name, licence in rows}


def test_every_dependency_has_its_line_in_the_record() -> None:
    assert set(declared()) == set(recorded())


def test_every_library_the_product_imports_is_declared() -> None:
    names = {MODULE_OF.get(name, name.replace("-", "_")) for name in declared()} | {"pydantic_core"}
    imported = {
        found.target.split(".")[0] for module in modules().values() for found in imports_of(module.tree, {})
    } - {PACKAGE, "__future__", *sys.stdlib_module_names}
    assert imported - names == set()


def licence_of(distribution: metadata.Distribution) -> str:
    """Return what a distribution says of its licence, in the form and place it chose."""
    meta = distribution.metadata
    classifiers = [line for line in meta.get_all("Classifier") or [] if line.startswith("License ::")]
    expression, text = (str(meta[key]) if key in meta else "" for key in ("License-Expression", "License"))
    stated = expression or "; ".join(classifiers) or text
    return stated.splitlines()[0] if stated else ""


def test_no_licence_in_the_whole_environment_forbids_what_we_do() -> None:
    forbidden = {}
    for distribution in metadata.distributions():
        licence = licence_of(distribution)
        choices = re.split(r"\bOR\b", licence)  # "MIT OR GPL-2.0" leaves us the choice
        if all(FORBIDDEN_LICENCE.search(choice) for choice in choices):
            forbidden[distribution.name] = licence
    assert forbidden == {}


@pytest.mark.parametrize(
    ("licence", "forbidden"),
    [
        ("GPL-3.0-only", True),
        ("AGPL-3.0-or-later", True),
        ("License :: OSI Approved :: GNU Affero General Public License v3", True),
        ("License :: OSI Approved :: GNU General Public License v2 (GPLv2)", True),
        ("SSPL-1.0", True),
        ("LGPL-3.0-only", False),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", False),
        ("Apache-2.0", False),
        ("MPL-2.0", False),
    ],
)
def test_a_licence_is_judged_right(licence: str, *, forbidden: bool) -> None:
    assert bool(FORBIDDEN_LICENCE.search(licence)) is forbidden


def test_the_record_states_a_licence_we_may_ship_for_everything() -> None:
    assert {
        name: licence
        for name, licence in recorded().items()
        if FORBIDDEN_LICENCE.search(licence) or not licence
    } == {}


def test_the_locked_requirements_hold_every_dependency_and_no_address() -> None:
    for file, lists in {
        "run": {"core", "postgres"},
        "dev": {"core", "postgres", "mysql", "s3", "dev"},
        "spark": {"core", "postgres", "mysql", "s3", "spark", "dev"},
        "bench": {"core", "postgres", "mysql", "s3", "dev", "bench"},
        "build": {"build"},
        "uv": {"installer"},
    }.items():
        text = (ROOT / "requirements" / f"{file}.txt").read_text(encoding="utf-8")
        locked = {
            canonicalize_name(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, flags=re.MULTILINE)
        }
        wanted = {name for name, stands_in in declared().items() if stands_in & lists}
        assert wanted - locked == set(), f"requirements/{file}.txt: run `make lock`"
        assert re.findall(r"https?://|file:|^-|^--|\s-e\s", text, flags=re.MULTILINE) == []
        assert text.count("==") <= text.count("--hash=sha256:")
