"""The order of stages: each after all that it needs."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from onefold.foundation.kernel import InvalidInput
from onefold.runs.stage import Stage


def in_order(stages: Sequence[Stage]) -> list[Stage]:
    """Return the stages so that each comes after those it needs; otherwise in the order given.

    Raises:
        InvalidInput: a stage needs one that does not exist, or stages need each other in a circle.
    """
    by_name = {stage.name: stage for stage in stages}
    for stage in stages:
        missing = sorted(stage.needs - by_name.keys())
        if missing:
            message = f"{stage.name} needs {', '.join(missing)}, which no definition makes."
            raise InvalidInput(message, code="runs.need_unknown", hint="Add it, or drop the reference.")
    sorter = TopologicalSorter({stage.name: sorted(stage.needs) for stage in stages})
    try:
        sorter.prepare()
    except CycleError as error:
        path = " -> ".join(error.args[1])
        message = f"Definitions need each other in a circle: {path}."
        raise InvalidInput(message, code="runs.cycle", hint="Cut one of these references.") from error
    position = {stage.name: index for index, stage in enumerate(stages)}
    ordered: list[Stage] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=position.__getitem__)
        ordered += [by_name[name] for name in ready]
        sorter.done(*ready)
    return ordered
