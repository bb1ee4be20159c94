"""Each case makes the right figures of what its children measured."""

from pathlib import Path

import pytest

from benchmarks.cases import csv_ingest, unify, unify_vs_splink
from benchmarks.cases.rules import write_truth
from benchmarks.child import Child
from benchmarks.figure import Figure


def _run(seconds: float, gigabytes: float) -> Child:
    stages = {"sources": seconds / 2, "identity": seconds / 4, "profiles": seconds / 8}
    result = {"seconds": seconds, "peak_bytes": gigabytes * 1e9, "stages": stages, "records": 2300}
    result |= {"cpu_seconds": seconds * 1.5}
    return Child(result, seconds + 1, 0, 0)


def test_unify_reports_medians_beside_the_least_that_reading_and_writing_takes() -> None:
    runs = [_run(8, 1.0), _run(4, 3.0), _run(16, 2.0)]
    found = {figure.name: figure for figure in unify.figures("10k", runs, [1.0, 2.0, 4.0])}
    assert found["unify_10k_s"] == Figure("unify_10k_s", 8, "s", 3, peer=2.0, ratio=0.25)
    assert found["unify_10k_gb"] == Figure("unify_10k_gb", 2.0, "GB", 3)
    assert found["unify_10k_process_s"].value == 9
    assert found["unify_10k_identity_s"].value == 2
    assert found["unify_10k_cpu_s"].value == 12
    assert found["unify_10k_records"].value == 2300
    assert "unify_10k_f1" not in found


def test_unify_reports_f1_when_the_last_run_was_evaluated() -> None:
    run = _run(1, 1)
    run.result["evaluation"] = {"f1": 0.95}
    assert Figure("unify_10k_f1", 0.95, "f1", 1) in list(unify.figures("10k", [run], [1.0]))


def test_the_csv_ratio_is_of_medians() -> None:
    found = {
        "run": [2.0, 4.0, 3.0],
        "stage": [1.0, 1.0, 1.0],
        "peer": [3.0, 2.7, 9.0],
        "bytes": [0.1, 0.1, 0.1],
    }
    figures = {figure.name: figure for figure in csv_ingest.figures("1m", found)}
    assert figures["csv_ingest_ratio"] == Figure("csv_ingest_ratio", 1.0, "ratio", 3)
    assert figures["csv_ingest_1m_stage_s"].ratio == 3.0


def test_the_comparison_with_splink_says_what_remains_without_its_training() -> None:
    ours = Child({"total": 2.0, "f1": 0.94}, 3.0, 4.0, 500_000_000)
    theirs = Child({"total": 8.0, "train": 5.0, "f1": 0.9}, 9.0, 12.0, 1_000_000_000)
    figures = {figure.name: figure for figure in unify_vs_splink.figures([(ours, theirs)], 4.0)}
    assert figures["unify_vs_splink"].value == 4.0
    assert figures["unify_vs_splink_trained_s"].ratio == 1.5
    assert figures["unify_vs_splink_whole_stage_s"].ratio == 2.0
    assert (figures["unify_vs_splink_gb"].value, figures["unify_vs_splink_gb"].peer) == (0.5, 1.0)


def test_the_truth_of_febrl_is_in_its_record_ids(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "febrl3.csv").write_text("rec_id,given_name\nrec-1496-org,a\nrec-552-dup-3,b\n")
    write_truth(data, tmp_path / "truth.csv")
    assert (tmp_path / "truth.csv").read_text().splitlines() == [
        "source,record_id,person",
        "febrl3,rec-1496-org,1496",
        "febrl3,rec-552-dup-3,552",
    ]
    (data / "other.csv").write_text("rec_id\nnothing\n")
    with pytest.raises(ValueError, match="another form"):
        write_truth(data, tmp_path / "truth.csv")
