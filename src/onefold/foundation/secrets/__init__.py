"""Secrets: definitions hold references such as `${CRM_PASSWORD}`, never the value."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

from onefold.foundation.kernel import InvalidInput

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def _only_reference(value: str) -> str:
    if not _REFERENCE.fullmatch(value):
        message = "a secret must be a reference such as ${CRM_PASSWORD}, never the value itself"
        raise ValueError(message)
    return value


SecretReference = Annotated[str, AfterValidator(_only_reference)]
"""A text field that takes `${NAME}` and nothing else."""


def resolve(text: str, environment: Mapping[str, str] | None = None) -> str:
    """Return the text with each `${NAME}` replaced by the environment's value.

    Raises:
        InvalidInput: a variable is not set; the message names it.
    """
    values = os.environ if environment is None else environment

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in values:
            message = f"The environment variable {name} is not set."
            hint = f"Set it before the run: export {name}=..."
            raise InvalidInput(message, code="secrets.not_set", hint=hint, context={"variable": name})
        return values[name]

    return _REFERENCE.sub(value, text)


def references(text: str) -> list[str]:
    """Return the names of the variables the text refers to, in order."""
    return _REFERENCE.findall(text)


__all__ = ["SecretReference", "references", "resolve"]
