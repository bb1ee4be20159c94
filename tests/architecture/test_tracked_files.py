"""What goes into the repository names no machine and no registry, and is no build product."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture._tree import ROOT, tracked_files

# In pieces, so that this file does not hold what it looks for.
REGISTRIES = (
    "files.python" + "hosted.org",
    "py" + "pi.org/simple",
    "registry.npm" + "js.org",
    "deb.deb" + "ian.org",
    "proxy.go" + "lang.org",
)
PATHS = "|".join(("wo" + "rk", "fa" + "rm", "opt/py" + "pi", "ro" + "ot", "tmp/br" + "ief"))
FORBIDDEN = {
    "a package registry's host": re.compile("|".join(map(re.escape, REGISTRIES))),
    "a path of one machine": re.compile(rf"(?:^|[^A-Za-z0-9_.~}}])/(?:{PATHS})/", re.MULTILINE),
    "a word about how this was made": re.compile(
        r"\b(?:iss" + r"ue #?\d+|iss" + r"ues show|shared/(?:spec|design)|engine-no" + r"tes)\b",
        re.IGNORECASE,
    ),
    "a promise instead of work": re.compile(
        r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|NotImplemented" + r"Error"
    ),
}
LARGEST_KIB = 900
BUILT = re.compile(r"(?:^|/)(?:node_modules|dist|build|\.venv|__pycache__)/")
NOT_TEXT = {".png", ".ico", ".woff2", ".parquet", ".xlsx", ".gz", ".zst", ".zip"}


def complaints(text: str) -> list[str]:
    """Return what in a text must not be in the repository."""
    return [
        f"{what}: {match.group().strip()}"
        for what, pattern in FORBIDDEN.items()
        for match in pattern.finditer(text)
    ]


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    found = {}
    for path in tracked_files():
        if path.suffix not in NOT_TEXT and (problems := complaints(path.read_text(encoding="utf-8"))):
            found[_name(path)] = problems
    assert found == {}


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("see https://" + "py" + "pi.org/simple/duckdb", True),
        ("path = '/wo" + "rk/main'", True),
        ("/ro" + "ot/.cache", True),
        ("as iss" + "ue 2 says", True),
        ("# TO" + "DO: later", True),
        ("s3://bucket/work/file", False),
        ("~/work/file", False),
        ("framework/main, homework/x", False),
        ("the issue of casing; three issues", False),
        ("a web session", False),
    ],
)
def test_a_planted_text_is_judged_right(text: str, *, caught: bool) -> None:
    assert bool(complaints(text)) is caught


def test_tracked_files_are_small_and_not_built() -> None:
    large = {
        _name(path): path.stat().st_size
        for path in tracked_files()
        if path.stat().st_size > LARGEST_KIB * 1024
    }
    assert large == {}
    assert [_name(path) for path in tracked_files() if BUILT.search(_name(path))] == []


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
