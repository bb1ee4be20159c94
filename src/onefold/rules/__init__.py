"""THE rule language: one tree of typed conditions that filters, segments, branches and goals share.

A rule is written as

    all:
      - {field: country, equals: DE}
      - any:
          - {field: points, at_least: 100}
          - {field: email, is_known: true}
      - not: {field: status, one_of: [closed, test]}

and becomes SQL (all rows), a Python predicate (one row, now) and an English sentence. A condition is true or
false, never in between: an unknown value satisfies no comparison but `is_unknown`, and `not` is the opposite.
Text is compared without regard to case unless `case_sensitive: true`. Patterns are `*` and `?` rather than
regular expressions, which mean different things on different engines and can be made to run for ever.
"""

from onefold.rules.compile import check_rule, compile_sql, fields, parse_rule, predicate, sentence
from onefold.rules.model import Row, Rule, Test

__all__ = [
    "Row",
    "Rule",
    "Test",
    "check_rule",
    "compile_sql",
    "fields",
    "parse_rule",
    "predicate",
    "sentence",
]
