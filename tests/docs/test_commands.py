"""Every command and every Python block of the README, the tutorial and the how-to pages runs, page by page."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page
    for page in [ROOT / "README.md", *ROOT.glob("docs/tutorial/*.md"), *ROOT.glob("docs/how-to/*.md")]
    if re.search(r"^```(bash|python)$", page.read_text(encoding="utf-8"), re.MULTILINE)
)
# Under a block, `<!-- check` holds Python that proves what the page says of it; readers do not see it.
_BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<why>[^\n]+) -->\n)?^```(?P<kind>bash|python)\n(?P<code>.*?)^```$"
    r"|^<!-- check\n(?P<check>.*?)^-->$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One block of a page."""

    kind: str
    code: str
    line: int


def blocks(page: Path) -> list[Block]:
    """Return the blocks that are to run, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            found["kind"] or "python",
            found["code"] or found["check"],
            text.count("\n", 0, found.start("code") if found["code"] else found.start("check")),
        )
        for found in _BLOCK.finditer(text)
        if found["why"] is None
    ]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_of_the_page_runs(page: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "ONEFOLD_REPOSITORY": str(ROOT),
    }
    found = blocks(page)
    assert found, f"{page} has no block that runs"
    for block in found:
        code = block.code.replace(".venv/bin/", "")
        command = (
            ["bash", "-euo", "pipefail", "-c", code] if block.kind == "bash" else [sys.executable, "-c", code]
        )
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        told = f"{page.name}:{block.line}\n{code}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, told


_INSTALLED_BY_MAKE_DEMO = frozenset(
    re.findall(
        r"^([a-z0-9-]+)==", (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
)
_FRAMES = {"to_polars": "polars", "to_pandas": "pandas"}


def needs(code: str) -> set[str]:
    """Return the distributions that Python code needs: what it imports, and what makes its frames."""
    known = metadata.packages_distributions()
    found = set()
    for node in ast.walk(ast.parse(code)):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        roots = {module.partition(".")[0] for module in modules} - sys.stdlib_module_names
        found |= {known.get(root, [root])[0] for root in roots}
        if isinstance(node, ast.Attribute) and node.attr in _FRAMES:
            found.add(_FRAMES[node.attr])
    return found - {"onefold"}


def test_what_a_block_needs_is_told_from_its_code() -> None:
    code = "import os, yaml\nimport onefold\nfrom polars import col\nws.table('t').to_pandas()\n"
    assert needs(code) == {"PyYAML", "polars", "pandas"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_python_block_needs_is_there_after_make_demo_or_the_page_says_how_to_get_it(
    page: Path,
) -> None:
    assert "pyarrow" in _INSTALLED_BY_MAKE_DEMO
    text = page.read_text(encoding="utf-8")
    missing = [
        f"{page.name}:{text.count(chr(10), 0, found.start())} needs {distribution}"
        for found in _BLOCK.finditer(text)
        if found["kind"] == "python"
        for distribution in sorted(needs(found["code"]))
        if distribution.lower() not in _INSTALLED_BY_MAKE_DEMO
        and f"pip install {distribution}" not in text[: found.start()]
    ]
    assert missing == []
