"""The error tree. Every error says whose move it is (its disposition) and what the move is (its hint).

OnefoldError
├── InvalidInput   the caller gave something that cannot be used; fix it and try again   (exit 2)
├── NotFound       the named thing does not exist                                        (exit 3)
├── Conflict       somebody else holds or changed it                                     (exit 4)
├── Forbidden      the caller may not do this                                            (exit 5)
├── Transient      it may work later: retry with back-off                                (exit 6)
├── Permanent      it will not work again by itself: stop                                (exit 1)
└── RowRejected    one row does not fit: quarantine it and go on
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

ErrorContext = Mapping[str, str | int | float | bool | None]


class OnefoldError(Exception):
    """An error with a stable code, a message, the next step and typed context without personal data."""

    code: str = "onefold.error"
    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str = "",
        context: ErrorContext | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.hint = hint
        self.context: dict[str, str | int | float | bool | None] = dict(context or {})

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def as_dict(self) -> dict[str, object]:
        """Return the error as plain JSON values: code, message, hint, context."""
        return {"code": self.code, "message": self.message, "hint": self.hint, "context": self.context}


class InvalidInput(OnefoldError):  # noqa: N818 - named after its disposition
    """The caller gave something that cannot be used."""

    code = "input.invalid"
    exit_code = 2


class NotFound(OnefoldError):  # noqa: N818 - named after its disposition
    """The named thing does not exist."""

    code = "input.not_found"
    exit_code = 3


class Conflict(OnefoldError):  # noqa: N818 - named after its disposition
    """Somebody else holds or changed it."""

    code = "state.conflict"
    exit_code = 4


class Forbidden(OnefoldError):  # noqa: N818 - named after its disposition
    """The caller may not do this."""

    code = "access.forbidden"
    exit_code = 5


class Transient(OnefoldError):  # noqa: N818 - named after its disposition
    """It may work later: retry with back-off."""

    code = "retry.later"
    exit_code = 6


class Permanent(OnefoldError):  # noqa: N818 - named after its disposition
    """It will not work again by itself: stop."""

    code = "failed.permanently"
    exit_code = 1


class RowRejected(OnefoldError):  # noqa: N818 - named after its disposition
    """One row does not fit: quarantine it and go on."""

    code = "row.rejected"
    exit_code = 2
