"""The command: figures on standard output, everything else on standard error, skips and failures told apart."""

from collections.abc import Iterator
from typing import ClassVar

import pytest
from typing_extensions import override

from benchmarks.__main__ import _run_all, main
from benchmarks.benchmark import Benchmark, Skipped
from benchmarks.child import ChildError
from benchmarks.figure import Figure, read_line


class Two(Benchmark):
    """Finds two figures."""

    kind: ClassVar[str] = "two"
    summary: ClassVar[str] = "two figures"
    sizes: ClassVar[tuple[str, ...]] = ("1k", "1m")

    @override
    def run(self, size: str, runs: int | None) -> Iterator[Figure]:
        yield Figure(f"two_{size}_s", 1.0, "s", runs or 3)
        yield Figure("two_ratio", 2.0, "ratio", 1)


class Absent(Two):
    """Needs something that is not here."""

    @override
    def run(self, size: str, runs: int | None) -> Iterator[Figure]:
        raise Skipped("no data")
        yield


class Broken(Two):
    """Fails after its first figure."""

    @override
    def run(self, size: str, runs: int | None) -> Iterator[Figure]:
        yield Figure("before", 1.0, "s", 1)
        raise ChildError("it broke")


def test_lines_go_out_and_the_table_goes_beside_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run_all([(Two(), "1k")], 5) == 0
    out, err = capsys.readouterr()
    assert [figure and figure.name for figure in map(read_line, out.splitlines())] == [
        "two_1k_s",
        "two_ratio",
    ]
    assert '"n": 5' in out
    assert "two_ratio" in err


def test_a_skip_is_no_failure_and_a_failure_stops_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run_all([(Absent(), "1k"), (Two(), "1k")], None) == 0
    assert "skipped: no data" in capsys.readouterr().err
    assert _run_all([(Broken(), "1k"), (Two(), "1k")], None) == 1
    out, err = capsys.readouterr()
    assert "FAILED: it broke" in err
    assert "two_ratio" in out


def test_small_and_full_are_every_benchmarks_first_and_last_size() -> None:
    assert (Two().size_named("small"), Two().size_named("full"), Two().size_named("1m")) == ("1k", "1m", "1m")
    with pytest.raises(KeyError):
        Two().size_named("5k")


def test_the_list_names_every_benchmark_with_its_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    out = capsys.readouterr().out
    listed = {line.split()[0]: line for line in out.splitlines()}
    assert {"unify", "unify_vs_splink", "csv_ingest", "rules"} <= set(listed)
    assert "10k, 500k, 5m" in listed["unify"]


@pytest.mark.parametrize("call", [["nothing"], ["unify", "--size", "7k"], ["unify", "--runs", "0"]])
def test_a_wrong_call_is_refused(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(call)
    assert stopped.value.code == 2
    assert "error:" in capsys.readouterr().err
