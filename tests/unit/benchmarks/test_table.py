"""The table shows every figure among the lines, and nothing else."""

from benchmarks.figure import Figure
from benchmarks.table import render


def test_figures_stand_in_aligned_rows() -> None:
    lines = [
        "noise\n",
        Figure("short", 1.5, "s", 3).line() + "\n",
        Figure("a_longer_name", 20.0, "GB", 1, 40.0, 2.0).line(),
    ]
    assert render(lines).splitlines() == [
        "figure         value  unit  n  peer  ratio",
        "-------------  -----  ----  -  ----  -----",
        "short            1.5  s     3",
        "a_longer_name     20  GB    1    40   2.00",
    ]


def test_no_figures_leave_the_headings() -> None:
    assert render(["nothing"]).splitlines()[0].startswith("figure")
