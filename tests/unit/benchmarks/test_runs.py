"""The benchmarks themselves at tiny sizes, through the real pipeline in real processes."""

from pathlib import Path

import pytest

from benchmarks.benchmark import Skipped
from benchmarks.cases import csv_ingest, rules, unify, unify_vs_splink
from benchmarks.company import IDENTITY_SOURCES
from benchmarks.figure import Figure
from benchmarks.places import shared_data

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEFOLD_BENCHMARK_CACHE", str(tmp_path / "cache"))


def _by_name(found: list[Figure]) -> dict[str, Figure]:
    return {figure.name: figure for figure in found}


def test_unify_runs_five_sources_in_two_parts_each(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = unify._Size(300, IDENTITY_SOURCES, 2, 1, 300, 0.1)
    monkeypatch.setitem(unify._SIZES, "5m", tiny)
    found = _by_name(list(unify.Unify().run("5m", None)))
    assert found["unify_5m_s"].value > 0
    assert found["unify_5m_s"].peer is not None
    assert 0.05 < found["unify_5m_gb"].value < 2
    # 300 people have about 2.3 records each; a few rows are malformed.
    assert 550 < found["unify_5m_records"].value < 800
    parts = sum(found[f"unify_5m_{stage}_s"].value for stage in ("sources", "identity", "profiles"))
    assert parts <= found["unify_5m_s"].value <= found["unify_5m_process_s"].value


def test_the_example_is_evaluated_and_missing_data_are_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONEFOLD_SHARED", str(tmp_path))
    monkeypatch.setitem(rules._PEOPLE, "20k", 300)
    found = _by_name(list(rules.Rules().run("20k", 1)))
    assert set(found) == {"rules_f1_example", "rules_b3_example"}
    assert 0.85 < found["rules_f1_example"].value <= 1
    assert "febrl3 skipped" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["febrl3", "febrl4"])
def test_the_written_rules_reach_their_goal(name: str) -> None:
    try:
        shared_data(rules._FILES[name][0])
    except Skipped as reason:
        pytest.skip(str(reason))
    found = _by_name(list(rules._febrl(name)))
    assert found[f"rules_f1_{name}"].value >= 0.98


def test_the_csv_is_read_whole_by_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(csv_ingest._ROWS, "100k", 2_000)
    found = _by_name(list(csv_ingest.CsvIngest().run("100k", 1)))
    assert found["csv_ingest_ratio"].value > 0
    assert found["csv_ingest_100k_s"].peer is not None


def test_splink_and_ours_find_nearly_the_same_people(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(
        "splink", reason="the benchmarks' peers are not installed; `make bench` installs them"
    )
    monkeypatch.setitem(unify_vs_splink._PEOPLE, "20k", 2_000)
    found = _by_name(list(unify_vs_splink.UnifyVsSplink().run("20k", 1)))
    f1 = found["unify_vs_splink_f1"]
    assert f1.peer is not None
    assert abs(f1.value - f1.peer) < 0.1
    assert found["unify_vs_splink"].value == found["unify_vs_splink_s"].ratio
