"""Stages that refuse to go on, run after run: since when, why, and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from onefold.runs import Outcome, RunReport

_SAYS_NOTHING = (Outcome.NOT_SELECTED, Outcome.SKIPPED)


@dataclass(frozen=True, slots=True)
class Standstill:
    """A stage that stopped when it was last to run.

    Attributes:
        stage: its name.
        since: the start of the run in which it first stopped; of the oldest run looked at when that one did too.
        runs: in how many runs it has stopped since then.
        messages: why, and what to do.
    """

    stage: str
    since: dt.datetime
    runs: int
    messages: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Return it as plain JSON values."""
        return {
            "stage": self.stage,
            "since": self.since.isoformat(),
            "runs": self.runs,
            "messages": list(self.messages),
        }


def standstills(history: Sequence[RunReport]) -> list[Standstill]:
    """Return what stopped when it was last to run; the history is newest first."""
    ran = [run for run in history if run.stages]
    return [
        found
        for stage in (ran[0].stages if ran else ())
        if (found := _standstill(stage.stage, ran)) is not None
    ]


def _standstill(stage: str, ran: Sequence[RunReport]) -> Standstill | None:
    stopped: list[tuple[dt.datetime, tuple[str, ...]]] = []
    for run in ran:
        report = next((one for one in run.stages if one.stage == stage), None)
        if report is None or report.outcome in _SAYS_NOTHING:
            continue
        if report.outcome is not Outcome.STOPPED:
            break
        stopped.append((run.started_at, report.messages))
    return Standstill(stage, stopped[-1][0], len(stopped), stopped[0][1]) if stopped else None
