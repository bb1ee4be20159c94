"""What follows from acts of people, in which order, and how it is kept."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onefold.foundation.kernel import InvalidInput
from onefold.identity import IdentityDefinition
from onefold.identity.decisions import Act, Decision, Kind, Verdict, with_decisions
from onefold.identity.decisions.model import in_force, merge_decisions, split_decisions

A, B, C, D = (("a", key) for key in "1234")
NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


def _act(number: int, *decisions: Decision, undone: bool = False) -> Act:
    at = NOON + dt.timedelta(minutes=number)
    return Act(
        f"act_{number}", Kind.REVIEW, "prf_1", "Eva", at, "why", decisions, undone_at=at if undone else None
    )


def _said(found: list[Act]) -> dict[tuple[tuple[str, str], tuple[str, str]], Verdict]:
    return {pair: verdict for pair, (verdict, _) in in_force(found).items()}


def test_a_split_parts_every_pair_and_keeps_both_sides_together() -> None:
    said = _said([_act(1, *split_decisions([A, B, C, D], [B, D]))])
    assert {pair for pair, verdict in said.items() if verdict is Verdict.DIFFERENT} == {
        (A, B),
        (A, D),
        (B, C),
        (C, D),
    }
    assert {pair for pair, verdict in said.items() if verdict is Verdict.SAME} == {(A, C), (B, D)}


def test_the_newest_verdict_on_a_pair_counts_and_undone_ones_do_not() -> None:
    same, different = Decision(Verdict.SAME, A, B), Decision(Verdict.DIFFERENT, B, A)
    assert _said([_act(2, different), _act(1, same)]) == {(A, B): Verdict.DIFFERENT}
    assert _said([_act(1, same), _act(2, different, undone=True)]) == {(A, B): Verdict.SAME}


def test_a_merge_takes_earlier_verdicts_between_the_profiles_back() -> None:
    before = [_act(1, *split_decisions([A, B, C, D], [C, D]))]
    said = _said([*before, _act(2, *merge_decisions([[A, B], [C, D]], before))])
    assert set(said.values()) == {Verdict.SAME}


@given(st.lists(st.sampled_from([A, B, C, D]), max_size=4))
def test_a_split_is_refused_or_parts_what_it_names(away: list[tuple[str, str]]) -> None:
    if 0 < len(set(away)) < 4:
        apart = {one.right for one in split_decisions([A, B, C, D], away) if one.verdict is Verdict.DIFFERENT}
        assert apart == set(away)
    else:
        with pytest.raises(InvalidInput, match="both sides"):
            split_decisions([A, B, C, D], away)


def test_a_split_by_hand_has_a_limit() -> None:
    records = [("a", str(number)) for number in range(300)]
    with pytest.raises(InvalidInput, match="too large"):
        split_decisions(records, records[:150])


def test_decisions_stand_above_the_definition_and_wait_for_their_source() -> None:
    definition = IdentityDefinition.model_validate(
        {
            "kind": "identity",
            "name": "people",
            "map": ["a"],
            "never": {"pairs": [{"left": {"table": "a", "id": "2"}, "right": {"table": "a", "id": "1"}}]},
        }
    )
    elsewhere = Decision(Verdict.SAME, A, ("gone", "9"))
    decided = with_decisions(definition, [_act(1, Decision(Verdict.SAME, A, B), elsewhere)])
    assert decided.never.pairs == ()
    (pin,) = decided.always.pairs
    assert (pin.left.id, pin.right.id, pin.reason) == ("1", "2", "review by Eva on 2026-05-01: why")
    assert with_decisions(definition, [_act(1, elsewhere)]) is definition
