"""The attribute catalogue: which tables and attributes exist and what they mean."""

from onefold.catalogue.choices import CODE_SUFFIX, label_case, unknown_code
from onefold.catalogue.model import Attribute, Cardinality, Reference, TableDescription
from onefold.catalogue.semantic_types import SEMANTIC_TYPES, is_custom, is_personal
from onefold.catalogue.stage import CataloguedTable, CatalogueStage
from onefold.catalogue.suggest import Suggestion, suggest
from onefold.catalogue.tables import ATTRIBUTE_CATALOGUE

__all__ = [
    "ATTRIBUTE_CATALOGUE",
    "CODE_SUFFIX",
    "SEMANTIC_TYPES",
    "Attribute",
    "Cardinality",
    "CatalogueStage",
    "CataloguedTable",
    "Reference",
    "Suggestion",
    "TableDescription",
    "is_custom",
    "is_personal",
    "label_case",
    "suggest",
    "unknown_code",
]
