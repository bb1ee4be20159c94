"""The import contracts in pyproject.toml break when they should: each is shown a violation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture._tree import ROOT

CONTRACTS = {
    "nouns": "Imports point down the nouns",
    "foundation": "Imports point down the foundation",
    "engines": "Engines and drivers appear only in foundation, bootstrap and testing",
    "terminal": "The terminal's libraries appear only in entrypoints",
    "web": "The web framework appears only in routes and entrypoints",
}
HEALTHY = {
    "__init__.py": "from onefold.workspace import open",
    "bootstrap.py": "from onefold import identity\nimport duckdb\nfrom onefold.foundation import warehouse",
    "workspace.py": "from onefold import bootstrap\ndef open(): ...",
    "entrypoints/__init__.py": "",
    "entrypoints/cli.py": "import typer, rich",
    "catalogue/__init__.py": "",
    "catalogue/routes.py": "import fastapi",
    "sources/__init__.py": "from onefold import catalogue, quality",
    "sources/connectors/__init__.py": "",
    "sources/connectors/sql.py": "import psycopg",
    "identity/__init__.py": "from onefold import sources",
    "quality/__init__.py": "",
    "consent/__init__.py": "",
    "testing/__init__.py": "",
    "testing/suite.py": "import duckdb, pyspark",
    "foundation/__init__.py": "",
    "foundation/kernel/__init__.py": "",
    "foundation/warehouse/__init__.py": "from onefold.foundation import kernel",
    "foundation/warehouse/duckdb.py": "import duckdb",
    "foundation/store/__init__.py": "",
}


def broken_contracts(folder: Path, files: dict[str, str]) -> set[str]:
    """Write the tree, run the project's contracts over it and return the ids of the broken ones."""
    for name, text in files.items():
        path = folder / "onefold" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = subprocess.run(
        [
            Path(sys.executable).with_name("lint-imports"),
            "--no-cache",
            "--no-logo",
            "--config",
            ROOT / "pyproject.toml",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
    )
    broken = {key for key, name in CONTRACTS.items() if f"{name} BROKEN" in done.stdout}
    kept = {key for key, name in CONTRACTS.items() if f"{name} KEPT" in done.stdout}
    assert broken | kept == set(CONTRACTS), done.stdout + done.stderr
    assert (done.returncode == 0) is (not broken)
    return broken


def test_a_healthy_tree_passes(tmp_path: Path) -> None:
    assert broken_contracts(tmp_path, HEALTHY) == set()


@pytest.mark.parametrize(
    ("planted", "broken"),
    [
        ({"catalogue/planted.py": "from onefold.sources import x"}, {"nouns"}),
        ({"quality/planted.py": "from onefold import consent"}, {"nouns"}),  # siblings
        ({"drawer/__init__.py": ""}, {"nouns"}),  # a package without a place
        ({"identity/planted.py": "from onefold import open"}, {"nouns"}),  # the Python front door from below
        (
            {
                "foundation/kernel/planted.py": "from onefold.foundation import warehouse",
                "identity/planted.py": "def f():\n    import duckdb",
                "bootstrap.py": "import rich",
                "catalogue/planted.py": "import fastapi",
            },
            {"foundation", "engines", "terminal", "web"},
        ),
    ],
)
def test_a_planted_import_breaks_its_contract(
    tmp_path: Path, planted: dict[str, str], broken: set[str]
) -> None:
    assert broken_contracts(tmp_path, {**HEALTHY, **planted}) == broken
