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
from onefold.foundation.kernel.names import NAME_PATTERN, nearest
from onefold.foundation.kernel.plugins import discover, pick

__all__ = [
    "NAME_PATTERN",
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
    "discover",
    "nearest",
    "new_id",
    "pick",
]
