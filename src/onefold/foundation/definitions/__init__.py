"""Definitions: versioned documents that files, the API and screens edit alike."""

from onefold.foundation.definitions.documents import Key
from onefold.foundation.definitions.errors import DefinitionConflict, DefinitionErrors
from onefold.foundation.definitions.files import read_files
from onefold.foundation.definitions.model import Definition, Name, Part
from onefold.foundation.definitions.parse import Definitions, parse_documents
from onefold.foundation.definitions.plan import Plan
from onefold.foundation.definitions.references import check_references
from onefold.foundation.definitions.sync import apply, plan, pull, stored

__all__ = [
    "Definition",
    "DefinitionConflict",
    "DefinitionErrors",
    "Definitions",
    "Key",
    "Name",
    "Part",
    "Plan",
    "apply",
    "check_references",
    "parse_documents",
    "plan",
    "pull",
    "read_files",
    "stored",
]
