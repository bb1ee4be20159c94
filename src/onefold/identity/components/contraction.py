"""Connected components in SQL alone: every node takes the smallest label around it until nothing changes.

Each round takes the smallest label over all neighbors, then follows that label's own label (pointer jumping),
so the number of rounds grows with the logarithm of the longest chain rather than with its length.
"""

from __future__ import annotations

from onefold.foundation.kernel import Permanent
from onefold.foundation.warehouse import Warehouse, ident, sql

_MOST_ROUNDS = 60


def contraction_components(warehouse: Warehouse, *, nodes: str, edges: str, into: str) -> int:
    """Create `into(rid, label)` with set-based statements only; for engines without local memory."""
    both, labels, lower = f"{into}_both", f"{into}_labels", f"{into}_next"
    warehouse.create_table(
        both,
        sql("SELECT l, r FROM {edges} UNION ALL SELECT r AS l, l AS r FROM {edges}", edges=ident(edges)),
    )
    warehouse.create_table(labels, sql("SELECT rid, rid AS label FROM {nodes}", nodes=ident(nodes)))
    for _ in range(_MOST_ROUNDS):
        warehouse.create_table(
            lower,
            sql(
                "SELECT n.rid, least(n.label, coalesce(min(m.label), n.label)) AS label FROM {labels} AS n "
                "LEFT JOIN {both} AS e ON e.l = n.rid LEFT JOIN {labels} AS m ON m.rid = e.r "
                "GROUP BY n.rid, n.label",
                labels=ident(labels),
                both=ident(both),
            ),
        )
        jumped = sql(
            "SELECT n.rid, least(n.label, m.label) AS label FROM {next} AS n "
            "JOIN {next} AS m ON m.rid = n.label",
            next=ident(lower),
        )
        warehouse.create_table(into, jumped)
        ((changed,),) = warehouse.rows(
            sql(
                "SELECT count(*) FROM {into} AS n JOIN {labels} AS o ON o.rid = n.rid WHERE n.label <> o.label",
                into=ident(into),
                labels=ident(labels),
            )
        )
        if int(str(changed)) == 0:
            warehouse.drop(both, labels, lower)
            ((count,),) = warehouse.rows(
                sql("SELECT count(*) FROM {into} WHERE rid = label", into=ident(into))
            )
            return int(str(count))
        warehouse.create_table(labels, sql("SELECT rid, label FROM {into}", into=ident(into)))
    message = f"Connected components did not settle in {_MOST_ROUNDS} rounds."
    raise Permanent(
        message, code="identity.components_unsettled", hint="Look for a chain of millions of records."
    )
