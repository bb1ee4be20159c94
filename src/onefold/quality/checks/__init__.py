"""Quality checks, one file each; a new one is a new file here."""

from onefold.quality.checks.check import (
    ByAggregate,
    ByList,
    ByRow,
    BySelect,
    ByValue,
    Check,
    Detail,
    Measure,
    Probe,
    TableSubject,
)

__all__ = [
    "ByAggregate",
    "ByList",
    "ByRow",
    "BySelect",
    "ByValue",
    "Check",
    "Detail",
    "Measure",
    "Probe",
    "TableSubject",
]
