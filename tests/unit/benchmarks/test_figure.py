"""A figure is one line of JSON with the median of its runs."""

import json

from benchmarks.figure import Figure, read_line, timed


def test_a_line_holds_the_agreed_keys_and_no_empty_ones() -> None:
    assert json.loads(Figure("unify_10k_s", 1.23456, "s", 5).line()) == {
        "name": "unify_10k_s",
        "value": 1.235,
        "unit": "s",
        "n": 5,
    }
    line = Figure("a", 2.0, "s", 3, peer=4.0, ratio=2.0).line()
    assert "\n" not in line
    assert json.loads(line) == {"name": "a", "value": 2.0, "unit": "s", "n": 3, "peer": 4.0, "ratio": 2.0}


def test_numbers_keep_four_significant_digits_whatever_their_size() -> None:
    assert json.loads(Figure("a", 0.000123456, "s", 1).line())["value"] == 0.0001235
    assert json.loads(Figure("a", 1_150_123.0, "rows", 1).line())["value"] == 1_150_000.0
    assert json.loads(Figure("a", 0.0, "s", 1).line())["value"] == 0


def test_seconds_are_medians_and_the_ratio_is_how_often_ours_fits_into_the_peers() -> None:
    figure = timed("a", [9.0, 1.0, 2.0], [100.0, 6.0, 5.0])
    assert (figure.value, figure.peer, figure.ratio, figure.n) == (2.0, 6.0, 3.0, 3)
    assert timed("a", [1.0, 2.0]) == Figure("a", 1.5, "s", 2)


def test_a_line_reads_back_and_other_lines_are_none() -> None:
    figure = Figure("a", 2.0, "s", 3, peer=4.0)
    assert read_line(figure.line()) == figure
    assert read_line("generating 10,000 people") is None
    assert read_line('{"name": "a"}') is None
    assert read_line("[1]") is None
