"""PowerShell scripts and remediations: programs that may write any setting, which a resolver cannot look into.

A script becomes a policy without claims, so that its name, its assignments and the fact that it runs are known. Its
content is never kept and never printed: scripts hold passwords.
"""

from __future__ import annotations

from policylint.readers.intune.graph_object import Found, Item
from policylint.readers.intune.policy import policy

POWERSHELL = "PowerShell script"
REMEDIATION = "remediation script"


def read_script(item: Item) -> Found:
    """A PowerShell script (Graph `deviceManagementScript`) as a policy that claims nothing."""
    return policy(item, POWERSHELL, "script", ())


def read_remediation(item: Item) -> Found:
    """A detection script with its remediation (Graph `deviceHealthScript`) as a policy that claims nothing."""
    return policy(item, REMEDIATION, "script", ())
