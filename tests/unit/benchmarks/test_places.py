"""Where benchmarks look and work, and what they say when something is missing."""

from pathlib import Path

import pytest

from benchmarks.benchmark import Skipped
from benchmarks.places import cache_directory, need_room, shared_data, work_directory


def test_missing_data_are_named_with_what_would_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEFOLD_SHARED", str(tmp_path))
    with pytest.raises(Skipped, match=r"ONEFOLD_SHARED names the folder that holds data/er/febrl3\.csv"):
        shared_data("febrl3.csv")


def _leave_by_an_error(seen: list[Path]) -> None:
    with work_directory(0.0) as place:
        (place / "file").write_text("x")
        seen.append(place)
        raise RuntimeError


def test_a_work_folder_is_gone_even_after_an_error() -> None:
    seen: list[Path] = []
    with pytest.raises(RuntimeError):
        _leave_by_an_error(seen)
    assert not seen[0].exists()


def test_too_small_a_disk_is_a_reason_to_skip(tmp_path: Path) -> None:
    with pytest.raises(Skipped, match="GB free"):
        need_room(tmp_path, 1e9)


def test_the_cache_is_where_the_variables_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONEFOLD_BENCHMARK_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_directory() == Path("/somewhere/onefold-benchmarks")
    monkeypatch.setenv("ONEFOLD_BENCHMARK_CACHE", "/elsewhere")
    assert cache_directory() == Path("/elsewhere")
