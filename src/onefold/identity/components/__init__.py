"""Connected components: records that any chain of edges joins.

Two algorithms, chosen by what the engine can do: scipy on one machine, contraction in SQL on a cluster.
"""

from onefold.foundation.warehouse import Warehouse
from onefold.identity.components.contraction import contraction_components
from onefold.identity.components.local import local_components, union_find


def build_components(warehouse: Warehouse, *, nodes: str, edges: str, into: str) -> int:
    """Create `into(rid, label)`: every node with the smallest `rid` of its component; return components.

    Args:
        warehouse: the engine.
        nodes: a table with the column `rid`.
        edges: a table with the columns `l` and `r`, both of them nodes.
        into: the table to create.
    """
    build = local_components if warehouse.engine == "duckdb" else contraction_components
    return build(warehouse, nodes=nodes, edges=edges, into=into)


__all__ = ["build_components", "contraction_components", "local_components", "union_find"]
