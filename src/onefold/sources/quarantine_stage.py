"""The stage that shows the quarantines of all sources as one table."""

from __future__ import annotations

from collections.abc import Iterable

from onefold.runs import Outcome, StageContext, StageResult
from onefold.sources.quarantine import QUARANTINE, SUFFIX, quarantine_select
from onefold.sources.stage import GROUP


class QuarantineStage:
    """Publishes `quarantine`: the rows of all sources that wait there; without rows when none waits.

    Args:
        sources: the names of the sources, whose stages it runs after; one that fails leaves its rows as they were.
    """

    name = f"{GROUP}.{QUARANTINE.name}"
    group = GROUP

    def __init__(self, sources: Iterable[str]) -> None:
        self._sources = tuple(sorted(sources))

    @property
    def needs(self) -> frozenset[str]:
        """The stages of all sources."""
        return frozenset(f"{GROUP}.{source}" for source in self._sources)

    @property
    def tolerates(self) -> frozenset[str]:
        """All of them: what waits in quarantine matters most where a source is in trouble."""
        return self.needs

    @property
    def fingerprint(self) -> str:
        """Changes with the sources there are."""
        return "\n".join(("1", *self._sources))

    def run(self, context: StageContext) -> StageResult:
        """Publish the rows of all quarantines, when one of them is another than it was."""
        there = [source for source in self._sources if context.exists(f"{source}{SUFFIX}")]
        state = {"sources": there}
        changed = any(context.changed(f"{source}{SUFFIX}") for source in there)
        same = context.exists(QUARANTINE.name) and context.state == state and not changed
        if same and not context.full:
            return StageResult(Outcome.UNCHANGED, state=state)
        rows = context.publish(QUARANTINE, quarantine_select(there), engine=context.files)
        return StageResult(rows_out=rows, state=state)
