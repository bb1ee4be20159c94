"""A workspace as Python sees it: a folder with definitions, run and read.

import onefold

workspace = onefold.open("demo")
workspace.run()
workspace.table("profiles").to_arrow()
"""

from onefold.workspace.opening import new_workspace, open_workspace
from onefold.workspace.standstill import Standstill
from onefold.workspace.tables import Table
from onefold.workspace.workspace import Workspace

__all__ = ["Standstill", "Table", "Workspace", "new_workspace", "open_workspace"]
