"""The attribute catalogue: which tables and attributes exist and what they mean."""

from onefold.catalogue.choices import label_case, unknown_code
from onefold.catalogue.model import Attribute, Cardinality, Reference, TableDescription
from onefold.catalogue.semantic_types import SEMANTIC_TYPES, SemanticType, is_custom, is_personal
from onefold.catalogue.suggest import Suggestion, suggest
from onefold.catalogue.tables import ATTRIBUTE_CATALOGUE, catalogue_entries, catalogue_select

__all__ = [
    "ATTRIBUTE_CATALOGUE",
    "SEMANTIC_TYPES",
    "Attribute",
    "Cardinality",
    "Reference",
    "SemanticType",
    "Suggestion",
    "TableDescription",
    "catalogue_entries",
    "catalogue_select",
    "is_custom",
    "is_personal",
    "label_case",
    "suggest",
    "unknown_code",
]
