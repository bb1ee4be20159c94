"""Ids, clock, errors, plug-ins, names: imports nothing of ours."""

from onefold.foundation.kernel.clock import Clock, SystemClock
from onefold.foundation.kernel.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    OnefoldError,
    Permanent,
    RowRejected,
    Transient,
)
from onefold.foundation.kernel.ids import new_id
from onefold.foundation.kernel.names import nearest
from onefold.foundation.kernel.plugins import discover, pick
from onefold.foundation.kernel.words import counted

__all__ = [
    "Clock",
    "Conflict",
    "Forbidden",
    "InvalidInput",
    "NotFound",
    "OnefoldError",
    "Permanent",
    "RowRejected",
    "SystemClock",
    "Transient",
    "counted",
    "discover",
    "nearest",
    "new_id",
    "pick",
]
