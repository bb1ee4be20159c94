"""What every definition has: a kind, a name, a description, an owner."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$"),
    Field(description="Starts with a letter; small letters, digits and underscores; at most 63."),
]


class Part(BaseModel):
    """A piece of a definition: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Definition(Part):
    """A versioned document that a file, the API or a screen edits."""

    kind: str = Field(description="What the document defines.")
    name: Name
    description: str = Field(default="", description="For people.")
    owner: str = Field(default="", description="Who answers for it: a person or a team.")

    # The folder `pull` writes new definitions of this kind into; "" is the workspace's own.
    folder: ClassVar[str] = ""
