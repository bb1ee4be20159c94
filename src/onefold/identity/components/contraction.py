"""Connected components in SQL alone: every node takes the smallest label around it until nothing changes.

Each round, after FastSV (Zhang, Azad & Hu, "FastSV: a distributed-memory connected component algorithm with fast
convergence", 2020): a node takes the smallest label among its neighbors, hands it on to the node whose label it
wears, and then follows its label's own label. Without handing on, a chain whose far end holds a local minimum
would need as many rounds as it is long; with it, rounds grow with the logarithm of the length.
"""

from __future__ import annotations

from onefold.foundation.kernel import Permanent
from onefold.foundation.warehouse import Sql, Warehouse, ident, sql

_MOST_ROUNDS = 60


def contraction_components(warehouse: Warehouse, *, nodes: str, edges: str, into: str) -> int:
    """Create `into(rid, label)` with set-based statements only; for engines without local memory.

    Raises:
        Permanent: the labels did not settle.
    """
    both, labels, lower, hooked = f"{into}_both", f"{into}_labels", f"{into}_lower", f"{into}_hooked"
    warehouse.create_table(
        both,
        sql("SELECT l, r FROM {edges} UNION ALL SELECT r AS l, l AS r FROM {edges}", edges=ident(edges)),
    )
    warehouse.create_table(labels, sql("SELECT rid, rid AS label FROM {nodes}", nodes=ident(nodes)))
    for _ in range(_MOST_ROUNDS):
        warehouse.create_table(lower, _lowered(labels, both))
        warehouse.create_table(hooked, _handed_on(lower))
        warehouse.create_table(
            into,
            sql(
                "SELECT n.rid, least(n.label, m.label) AS label FROM {next} AS n "
                "JOIN {next} AS m ON m.rid = n.label",
                next=ident(hooked),
            ),
        )
        ((changed,),) = warehouse.rows(
            sql(
                "SELECT count(*) FROM {into} AS n JOIN {labels} AS o ON o.rid = n.rid WHERE n.label <> o.label",
                into=ident(into),
                labels=ident(labels),
            )
        )
        if int(str(changed)) == 0:
            warehouse.drop(both, labels, lower, hooked)
            ((count,),) = warehouse.rows(
                sql("SELECT count(*) FROM {into} WHERE rid = label", into=ident(into))
            )
            return int(str(count))
        warehouse.create_table(labels, sql("SELECT rid, label FROM {into}", into=ident(into)))
    message = f"Connected components did not settle in {_MOST_ROUNDS} rounds."
    raise Permanent(
        message, code="identity.components_unsettled", hint="Look for a chain of millions of records."
    )


def _lowered(labels: str, both: str) -> Sql:
    """Return each node with its label and the smallest one among its own and its neighbors'."""
    return sql(
        "SELECT n.rid, n.label, least(n.label, coalesce(min(m.label), n.label)) AS low FROM {labels} AS n "
        "LEFT JOIN {both} AS e ON e.l = n.rid LEFT JOIN {labels} AS m ON m.rid = e.r GROUP BY n.rid, n.label",
        labels=ident(labels),
        both=ident(both),
    )


def _handed_on(lower: str) -> Sql:
    """Return each node with the smallest of its own find and the finds of those who wear it as a label."""
    return sql(
        "SELECT n.rid, least(n.low, coalesce(h.low, n.low)) AS label FROM {lower} AS n LEFT JOIN "
        "(SELECT label, min(low) AS low FROM {lower} GROUP BY label) AS h ON h.label = n.rid",
        lower=ident(lower),
    )
