"""What is kept of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from onefold.runs.stage import Outcome


class RunStatus(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    COMPLETED_WITH_WARNINGS = "completed_with_warnings"
    COMPLETED_WITH_ERRORS = "completed_with_errors"  # some stages failed, stopped or were skipped
    FAILED = "failed"  # nothing was committed
    DIED = "died"  # the process went away; nothing was committed


@dataclass(frozen=True, slots=True)
class StageReport:
    """One stage of a run; seconds are wall time, rows are counts."""

    stage: str
    group: str
    outcome: Outcome
    rows_in: int = 0
    rows_out: int = 0
    seconds: float = 0.0
    messages: tuple[str, ...] = ()
    figures: Mapping[str, int | float | str] = field(default_factory=dict)
    error_code: str = ""


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run with its stages in the order they ran."""

    run_id: str
    status: RunStatus
    started_at: dt.datetime
    ended_at: dt.datetime | None
    is_full: bool
    stages: tuple[StageReport, ...] = ()
    error: str = ""

    @property
    def seconds(self) -> float:
        """Wall time of the run; 0 while it runs."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else 0.0

    def as_dict(self) -> dict[str, object]:
        """Return the report as plain JSON values."""
        return {
            "run_id": self.run_id,
            "status": self.status.value,
            "started_at": self.started_at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "seconds": round(self.seconds, 3),
            "full": self.is_full,
            "error": self.error,
            "stages": [
                {
                    "stage": stage.stage,
                    "group": stage.group,
                    "outcome": stage.outcome.value,
                    "rows_in": stage.rows_in,
                    "rows_out": stage.rows_out,
                    "seconds": round(stage.seconds, 3),
                    "messages": list(stage.messages),
                    "figures": dict(stage.figures),
                    "error_code": stage.error_code,
                }
                for stage in self.stages
            ],
        }


@dataclass(frozen=True, slots=True)
class Manifest:
    """One consistent set of table versions; readers see exactly these."""

    manifest_id: int
    run_id: str
    created_at: dt.datetime
    tables: Mapping[str, int]


EMPTY_MANIFEST = Manifest(0, "", dt.datetime.fromtimestamp(0, dt.UTC), {})
