from pathlib import Path

import pytest
import yaml

from onefold.example import write_definitions
from onefold.foundation.kernel import Conflict


def test_the_workspace_is_copied_and_repeating_changes_nothing(tmp_path: Path) -> None:
    written = write_definitions(tmp_path)
    assert tmp_path / "onefold.yaml" in written
    workspace = yaml.safe_load((tmp_path / "onefold.yaml").read_text(encoding="utf-8"))
    assert workspace["kind"] == "workspace"
    assert workspace["name"] == "nordlicht"
    assert write_definitions(tmp_path) == written


def test_somebody_elses_file_is_not_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / "onefold.yaml"
    mine.write_text("kind: workspace\nname: mine\n", encoding="utf-8")
    with pytest.raises(Conflict) as caught:
        write_definitions(tmp_path)
    assert caught.value.code == "example.definition_exists"
    assert "mine" in mine.read_text(encoding="utf-8")
