"""Kinds of definitions that have every shape the real ones have."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from onefold.foundation.definitions import Definition, Definitions, Part, parse_documents, read_files
from onefold.foundation.kernel import InvalidInput
from onefold.foundation.secrets import SecretReference
from onefold.rules import Rule


class Csv(Part):
    kind: Literal["csv"] = "csv"
    path: str
    delimiter: str = ","


class Sql(Part):
    kind: Literal["sql"] = "sql"
    url: str
    password: SecretReference | None = None


class Item(Part):
    column: str
    weight: float = 1
    tags: tuple[str, ...] = ()


class Feed(Definition):
    kind: Literal["feed"] = "feed"
    folder: ClassVar[str] = "feeds"
    connector: Annotated[Csv | Sql, Field(discriminator="kind")]
    items: tuple[Item, ...] = ()
    labels: dict[str, Item] = Field(default_factory=dict)
    filter: Rule | None = None
    every: dt.timedelta | None = None
    since: dt.date | None = None
    mode: Literal["full", "incremental"] = "full"
    limit: int | None = Field(default=None, ge=1)
    after: tuple[str, ...] = ()
    flag: bool = False
    amount: int | str | None = None

    @field_validator("flag")
    @classmethod
    def _refused(cls, value: bool) -> bool:
        if value:
            message = "The flag is down."
            raise InvalidInput(message, code="feed.flag_down", hint="Leave it.")
        return value


class Shop(Definition):
    kind: Literal["workspace"] = "workspace"
    language: str = "en"


KINDS: dict[str, type[Definition]] = {"feed": Feed, "workspace": Shop}


def parse(directory: Path) -> Definitions:
    return parse_documents(read_files(directory), KINDS)
