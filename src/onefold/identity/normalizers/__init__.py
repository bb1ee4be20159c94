"""Ways to make two spellings of a value meet, one class to a file; comparison only, output is never changed.

A definition names the steps by `kind`; `chain` documents the one order in which they run. A new kind is a
new file here with a `Normalizer` subclass, or a module registered by a third party.
"""

from onefold.identity.normalizers.apply import normalize_values
from onefold.identity.normalizers.chain import in_order, normalize_many
from onefold.identity.normalizers.normalizer import NormalizeContext, Normalizer

__all__ = [
    "NormalizeContext",
    "Normalizer",
    "in_order",
    "normalize_many",
    "normalize_values",
]
