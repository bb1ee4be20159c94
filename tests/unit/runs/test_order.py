"""Stages come after what they need; a circle and a missing need are errors that say where."""

from __future__ import annotations

from itertools import pairwise

import pytest

from onefold.foundation.kernel import InvalidInput
from onefold.runs import StageResult
from onefold.runs.order import in_order
from tests.fault.small_run import PlainStage


def stage(name: str, *needs: str) -> PlainStage:
    return PlainStage(name, lambda _: StageResult(), frozenset(needs))


def names(*stages: PlainStage) -> list[str]:
    return [ordered.name for ordered in in_order(stages)]


def test_each_comes_after_its_needs_and_else_as_given() -> None:
    assert names(stage("d", "b", "c"), stage("b", "a"), stage("c"), stage("a")) == ["c", "a", "b", "d"]
    assert names(stage("b"), stage("a")) == ["b", "a"]
    assert names() == []


def test_a_circle_is_told_as_a_path() -> None:
    with pytest.raises(InvalidInput) as caught:
        in_order([stage("a", "c"), stage("b", "a"), stage("c", "b"), stage("d")])
    assert caught.value.code == "runs.cycle"
    path = caught.value.message.partition(": ")[2].rstrip(".").split(" -> ")
    assert path[0] == path[-1]
    assert set(path) == {"a", "b", "c"}
    for before, after in pairwise(path):
        assert (before, after) in {("a", "b"), ("b", "c"), ("c", "a")}


def test_a_stage_that_needs_itself_is_a_circle() -> None:
    with pytest.raises(InvalidInput, match="a -> a"):
        in_order([stage("a", "a")])


def test_an_unknown_need_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        in_order([stage("a", "gone", "b"), stage("b")])
    assert caught.value.code == "runs.need_unknown"
    assert "a needs gone" in str(caught.value)
