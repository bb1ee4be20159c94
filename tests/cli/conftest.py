"""One example workspace and one tiny workspace for all tests here; a test that changes one gets a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.command import Done, onefold, onefold_process, write_shop


@pytest.fixture(scope="session")
def demo_call(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """The example company of 300 people after `onefold demo`, and what that printed."""
    folder = tmp_path_factory.mktemp("cli")
    done = onefold_process("demo", "demo", "--people", 300, cwd=folder)
    return folder / "demo", done


@pytest.fixture(scope="session")
def demo(demo_call: tuple[Path, Done]) -> Path:
    """The example company's workspace; not to be changed."""
    return demo_call[0]


@pytest.fixture(scope="session")
def ran_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tiny sources after a run; not to be changed."""
    folder = write_shop(tmp_path_factory.mktemp("cli") / "shop")
    onefold("run", "-w", folder)
    return folder


@pytest.fixture
def shop(ran_shop: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(ran_shop, tmp_path / "shop"))
