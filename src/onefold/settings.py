"""Every setting of the process, typed and documented; read once from the environment by `bootstrap`.

Functions receive values, never the settings. What belongs to a workspace is in its definitions instead.
"""

from __future__ import annotations

import os
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput, nearest

PREFIX = "ONEFOLD_"
# Read elsewhere: by the command line, the tests and their tools.
_NO_SETTINGS = ("SHARED", "WORKSPACE", "REPOSITORY")
_OF_TESTS = "TEST_"


class Settings(BaseSettings):
    """The settings, from variables such as `ONEFOLD_MEMORY_BYTES`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    store_url: str | None = Field(
        default=None,
        repr=False,  # it may hold a password
        description="Where definitions, runs and state are kept: an SQLAlchemy URL such as "
        "`postgresql+psycopg://user:password@host/onefold`. Without it, SQLite in `.onefold/store.db` of the "
        "workspace.",
    )
    warehouse: Literal["duckdb", "spark"] = Field(
        default="duckdb", description="The engine for set-based work: DuckDB embedded, or Spark."
    )
    spark_master: str = Field(
        default="local[*]", description="The Spark master to connect to, when the warehouse is Spark."
    )
    memory_bytes: int | None = Field(
        default=None,
        ge=256 * 1024**2,
        description="The most memory the engine may use, in bytes. Without it, a share of what the machine has.",
    )
    threads: int | None = Field(
        default=None, ge=1, le=1024, description="How many threads the engine uses. Without it, one per core."
    )
    work_directory: Path | None = Field(
        default=None,
        description="Where intermediate results go that do not fit the memory. Without it, `.onefold/work` of "
        "the workspace.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="WARNING", description="The least important log lines that are still written."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="How log lines are written: for people, or one JSON object per line."
    )
    keep_runs: int = Field(
        default=10,
        ge=1,
        le=1000,
        description="How many past runs stay readable, their table versions with them.",
    )

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment only: no `.env` file that somebody forgot changes a run."""
        return init_settings, env_settings


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, explained; `default` is as it would be written, "" when there is none."""

    name: str
    variable: str
    type: str
    default: str
    description: str


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """The value a setting has now, as people may see it.

    Attributes:
        value: as it would be written, "" when there is none; "(set)" for a secret, "(does not fit)" for a value
            that nothing can be done with.
        origin: "environment" or "default".
    """

    setting: Setting
    value: str
    origin: str


def load_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        InvalidInput: a variable has a value that does not fit; the message names every one, without its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            f"{PREFIX}{str(problem['loc'][0]).upper()}: {problem['msg'].replace('Input should', 'should')}."
            for problem in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        message = f"A setting does not fit. {' '.join(problems)}"
        hint = "`onefold settings` explains each."
        raise InvalidInput(message, code="settings.invalid", hint=hint) from error


def explain() -> list[Setting]:
    """Return every setting with its variable, type, default and description, in order."""
    return [
        Setting(
            name,
            f"{PREFIX}{name.upper()}",
            _type_words(field.annotation),
            "" if field.default is None else str(field.default),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def in_force() -> list[SettingInForce]:
    """Return the value of every setting and where it comes from, in order; also when some do not fit."""
    given = {name.upper() for name, value in os.environ.items() if value}
    values, wrong = {}, set()
    try:
        values = Settings().model_dump()
    except ValidationError as error:
        wrong = {str(problem["loc"][0]) for problem in error.errors(include_input=False)}
        # What does not fit keeps the others from being read together; each of them is read as it was given.
        values = {name: _given(name) for name in Settings.model_fields}
    found = []
    for setting in explain():
        is_given = setting.variable in given
        value = values[setting.name] if is_given else setting.default
        if setting.name in wrong:
            value = "(does not fit)"
        elif is_given and not Settings.model_fields[setting.name].repr:
            value = "(set)"
        found.append(SettingInForce(setting, str(value), "environment" if is_given else "default"))
    return found


def _given(name: str) -> str:
    variable = f"{PREFIX}{name}".upper()
    return next((value for key, value in os.environ.items() if key.upper() == variable), "")


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Return a sentence for each `ONEFOLD_` variable that is no setting but looks like one misspelled."""
    known = [name.upper() for name in Settings.model_fields]
    given = sorted(name.removeprefix(PREFIX) for name in environment if name.startswith(PREFIX))
    # The prefix is left out of the comparison: it alone would make any two look alike.
    foreign = {name for name in given if name in _NO_SETTINGS or name.startswith(_OF_TESTS)}
    hints = {name: nearest(name, known) for name in given if name not in known and name not in foreign}
    return [
        f"{PREFIX}{name} is not a setting. {_prefixed(hint)}"
        for name, hint in hints.items()
        if hint.startswith("Did you mean")
    ]


def _prefixed(hint: str) -> str:
    return hint.replace("'", f"'{PREFIX}", 1)


def _type_words(annotation: object) -> str:
    parts = [part for part in typing.get_args(annotation) if part is not type(None)]
    if typing.get_origin(annotation) is Literal:
        return " | ".join(map(str, parts))
    if parts:
        return " | ".join(map(_type_words, parts))
    words = {str: "text", int: "whole number", bool: "true | false", Path: "path"}
    return next((word for kind, word in words.items() if annotation is kind), str(annotation))
