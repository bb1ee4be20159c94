"""What a person decides about records: one profile taken apart, two put together, a pair judged.

An act is one thing that somebody did, with author and time; it holds decisions about pairs of records, which stand
above every rule until the act is undone. Acts are about records, never about profile ids, so they survive every
change of rules and every new import.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, product
from typing import TypeAlias

from onefold.foundation.kernel import InvalidInput
from onefold.identity.model import IdentityDefinition, Pin, Pins
from onefold.identity.model import RecordKey as PinnedRecord

RecordKey: TypeAlias = tuple[str, str]
"""The source's name and the record's key in it, as text."""

MOST_DECISIONS = 10_000


class Verdict(StrEnum):
    """What was said of two records."""

    SAME = "same"
    DIFFERENT = "different"


class Kind(StrEnum):
    """What somebody did."""

    SPLIT = "split"
    MERGE = "merge"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on two records."""

    verdict: Verdict
    left: RecordKey
    right: RecordKey


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody did.

    Attributes:
        profile_id: the profile it was done to, as its id was then; of a merge the first.
        undone_at: None while it stands.
    """

    act_id: str
    kind: Kind
    profile_id: str
    decided_by: str
    decided_at: dt.datetime
    reason: str
    decisions: tuple[Decision, ...]
    undone_by: str = ""
    undone_at: dt.datetime | None = None

    def as_dict(self) -> dict[str, object]:
        """Return it as plain JSON values."""
        return {
            "act_id": self.act_id,
            "kind": self.kind.value,
            "profile_id": self.profile_id,
            "decided_by": self.decided_by,
            "decided_at": self.decided_at.isoformat(),
            "reason": self.reason,
            "decisions": [
                {"verdict": one.verdict.value, "left": list(one.left), "right": list(one.right)}
                for one in self.decisions
            ],
            "undone_by": self.undone_by or None,
            "undone_at": self.undone_at.isoformat() if self.undone_at else None,
        }


def split_decisions(records: Sequence[RecordKey], away: Collection[RecordKey]) -> tuple[Decision, ...]:
    """Return the decisions that take some records out of a profile, together, and leave the others together.

    Args:
        records: all records of the profile, in their order.
        away: those that go.

    Raises:
        InvalidInput: a record is not of the profile, none or all would go, or the profile is too large.
    """
    unknown = sorted(set(away) - set(records))
    if unknown:
        names = ", ".join(f"{source}:{record}" for source, record in unknown)
        message = f"Not in this profile: {names}."
        raise InvalidInput(
            message, code="identity.record_not_in_profile", hint="See `onefold explain profile ID`."
        )
    going = [record for record in records if record in set(away)]
    staying = [record for record in records if record not in set(away)]
    if not going or not staying:
        message = "A split leaves records on both sides."
        raise InvalidInput(
            message,
            code="identity.split_empty",
            hint="Name some records of the profile, but not all of them.",
        )
    if len(going) * len(staying) > MOST_DECISIONS:
        message = (
            f"A split of {len(going):,} and {len(staying):,} records is too large to be decided by hand."
        )
        raise InvalidInput(
            message, code="identity.split_too_large", hint="Change the rules that joined them."
        )
    apart = tuple(Decision(Verdict.DIFFERENT, left, right) for left, right in product(staying, going))
    return (*apart, *_together(staying), *_together(going))


def merge_decisions(profiles: Sequence[Sequence[RecordKey]], acts: Iterable[Act]) -> tuple[Decision, ...]:
    """Return the decisions that put profiles together: the first record of each with that of the next.

    Pairs between them that were said to be different are said to be the same; else they would keep them apart.

    Args:
        profiles: the records of each profile, in their order.
        acts: what was decided before.

    Raises:
        InvalidInput: there are fewer than two profiles.
    """
    if len(profiles) < 2:
        message = "A merge needs two profiles."
        raise InvalidInput(message, code="identity.merge_of_one", hint="`onefold profiles merge ID ID`")
    home = {record: number for number, records in enumerate(profiles) for record in records}
    taken_back = tuple(
        Decision(Verdict.SAME, left, right)
        for (left, right), (verdict, _) in in_force(acts).items()
        if verdict is Verdict.DIFFERENT and left in home and right in home and home[left] != home[right]
    )
    return (*_together([records[0] for records in profiles]), *taken_back)


def _together(records: Sequence[RecordKey]) -> tuple[Decision, ...]:
    return tuple(Decision(Verdict.SAME, left, right) for left, right in pairwise(records))


def in_force(acts: Iterable[Act]) -> dict[tuple[RecordKey, RecordKey], tuple[Verdict, Act]]:
    """Return what holds for each pair, smaller record first, and whose it is: of several verdicts the newest.

    Args:
        acts: in any order; those that were undone say nothing.
    """
    found: dict[tuple[RecordKey, RecordKey], tuple[Verdict, Act]] = {}
    for act in sorted(acts, key=lambda one: (one.decided_at, one.act_id)):
        if act.undone_at is None:
            for one in act.decisions:
                left, right = sorted((one.left, one.right))
                found[left, right] = one.verdict, act
    return found


def with_decisions(definition: IdentityDefinition, acts: Iterable[Act]) -> IdentityDefinition:
    """Return the definition with what people decided among its judged pairs.

    A decision stands above a judged pair of the definition on the same two records. Decisions about a source that is
    no longer mapped wait until it is.
    """
    mapped = {one.table for one in definition.map}
    held = {
        pair: verdict
        for pair, verdict in in_force(acts).items()
        if pair[0][0] in mapped and pair[1][0] in mapped
    }
    if not held:
        return definition
    pins = {
        verdict: [_pin(pair, act) for pair, (said, act) in held.items() if said is verdict]
        for verdict in Verdict
    }
    return definition.model_copy(
        update={
            "always": _joined(definition.always, pins[Verdict.SAME], held),
            "never": _joined(definition.never, pins[Verdict.DIFFERENT], held),
        }
    )


def _joined(pins: Pins, decided: Sequence[Pin], held: Collection[tuple[RecordKey, RecordKey]]) -> Pins:
    kept = [pin for pin in pins.pairs if _pair_of(pin) not in held]
    return pins.model_copy(update={"pairs": (*kept, *decided)})


def _pair_of(pin: Pin) -> tuple[RecordKey, RecordKey]:
    left, right = sorted(((pin.left.table, pin.left.id), (pin.right.table, pin.right.id)))
    return left, right


def _pin(pair: tuple[RecordKey, RecordKey], act: Act) -> Pin:
    (left_table, left_id), (right_table, right_id) = pair
    said = f"{act.kind.value} by {act.decided_by} on {act.decided_at:%Y-%m-%d}"
    return Pin(
        left=PinnedRecord(table=left_table, id=left_id),
        right=PinnedRecord(table=right_table, id=right_id),
        reason=f"{said}: {act.reason}" if act.reason else said,
    )
