"""Runs: the DAG of definitions, its stages, manifests and history."""

from onefold.runs.model import Manifest, RunReport, RunStatus, StageReport
from onefold.runs.service import Runner, RunOptions
from onefold.runs.stage import Outcome, Stage, StageContext, StageResult
from onefold.runs.storage import read_manifest, recent_manifests, recent_runs
from onefold.runs.watcher import SilentWatcher, Watcher

__all__ = [
    "Manifest",
    "Outcome",
    "RunOptions",
    "RunReport",
    "RunStatus",
    "Runner",
    "SilentWatcher",
    "Stage",
    "StageContext",
    "StageReport",
    "StageResult",
    "Watcher",
    "read_manifest",
    "recent_manifests",
    "recent_runs",
]
