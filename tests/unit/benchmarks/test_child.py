"""Work in a process of its own comes back measured, and its failures come back in words."""

import pytest

from benchmarks.child import ChildError, in_child, number

MODULE = "tests.unit.benchmarks.child_work"


def test_a_result_comes_back_with_seconds_and_memory() -> None:
    child = in_child(MODULE, "hold", {"megabytes": 200}, timeout=60)
    assert number(child.result, "held") == 200e6
    assert child.cpu_seconds > 0
    assert 0 < child.seconds < 60
    assert 200e6 < child.peak_bytes < 400e6


def test_memory_of_this_process_is_not_the_childs() -> None:
    held = bytearray(300_000_000)
    held[::4096] = b"x" * len(held[::4096])
    child = in_child(MODULE, "hold", {"megabytes": 1}, timeout=60)
    assert child.peak_bytes < 150e6


def test_what_a_failed_child_said_is_told() -> None:
    with pytest.raises(ChildError, match="the reason"):
        in_child(MODULE, "fail", {}, timeout=60)


def test_a_child_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(ChildError, match="longer than 1 s"):
        in_child(MODULE, "wait", {}, timeout=1)
