"""One cold run of the real pipeline over a workspace, as a child process does it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from benchmarks.child import Child, in_child

STAGES = ("sources", "identity", "profiles")


class PipelineFailed(Exception):  # noqa: N818 - it says what it is
    """A stage of the run did not complete; the message lists what the stages said."""


def run_workspace(
    workspace: Path, *, only: Sequence[str] = STAGES, truth: Path | None = None, timeout: float
) -> Child:
    """Run the workspace in a new process; with a truth file, evaluate the profiles afterwards.

    Returns:
        The child; its result has `seconds` (wall time of the run, from its report), `stages` (seconds by group),
        `records`, `cpu_seconds` and `peak_bytes` (both up to the end of the run) and, with a truth file,
        `evaluation`.
    """
    arguments = {"workspace": str(workspace), "only": list(only), "truth": str(truth) if truth else None}
    return in_child("benchmarks.pipeline", "run_here", arguments, timeout=timeout)


def run_here(workspace: str, only: list[str], truth: str | None) -> dict[str, object]:
    """Run the workspace in this process; see `run_workspace`.

    Raises:
        PipelineFailed: a stage failed or was skipped.
    """
    import onefold
    from benchmarks.child import peak_bytes
    from onefold.runs import Outcome

    with onefold.open(workspace) as opened:
        report = opened.run(only=only)
        bad = [
            one for one in report.stages if one.outcome in (Outcome.FAILED, Outcome.SKIPPED, Outcome.STOPPED)
        ]
        if bad or report.error:
            said = [f"{one.stage}: {one.outcome.value}: {' '.join(one.messages)}" for one in bad]
            raise PipelineFailed("\n".join([report.error, *said]).strip())
        groups: dict[str, float] = {}
        for stage in report.stages:
            if stage.outcome is not Outcome.NOT_SELECTED:
                groups[stage.group] = groups.get(stage.group, 0.0) + stage.seconds
        result: dict[str, object] = {
            "seconds": report.seconds,
            "stages": groups,
            "records": sum(one.rows_out for one in report.stages if one.group == "sources"),
            "figures": {one.stage: dict(one.figures) for one in report.stages},
            "cpu_seconds": time.process_time(),
            "peak_bytes": peak_bytes(),
        }
        if truth is not None:
            result["evaluation"] = opened.evaluate_identity(Path(truth)).as_dict()
    return result


def stage_seconds(child: Child, group: str) -> float:
    """Return the seconds that the stages of a group took together."""
    return float(cast(Mapping[str, float], child.result["stages"]).get(group, 0.0))


def evaluated(child: Child, key: str) -> float:
    """Return a figure of the evaluation."""
    return float(cast(Mapping[str, float], child.result["evaluation"])[key])
