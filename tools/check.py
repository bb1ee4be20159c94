"""Run every static check of the project and say at the end which of them failed.

A check that stops at the first failure lets a formatting slip hide a type error until the next push. So all
checks run, each prints its own findings, and the last lines are the verdict.
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
TREES = ("src", "tests", "tools", "benchmarks")


def main() -> int:
    """Return 0 when every check passed."""
    trees = [tree for tree in TREES if any((ROOT / tree).rglob("*.py"))]
    here = Path(sys.executable).parent
    checks: dict[str, list[str]] = {
        "format": [str(here / "ruff"), "format", "--check", "--quiet", *trees],
        "lint": [str(here / "ruff"), "check", "--quiet", *trees],
        "types": [sys.executable, "-m", "mypy", "--no-error-summary", *trees],
        "imports": [str(here / "lint-imports"), "--no-logo", "--no-cache"],
        "sql": [sys.executable, "-m", "tools.lint_sql"],
    }
    failed: list[str] = []
    for name, command in checks.items():
        began = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        verdict = "ok" if done.returncode == 0 else "FAILED"
        if done.returncode != 0:
            failed.append(name)
            sys.stdout.write(done.stdout + done.stderr)
        sys.stdout.write(f"{name:<10}{verdict:<8}{time.monotonic() - began:5.1f} s\n")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
