"""What lies beside the policies in an export and explains them: groups, assignment filters, the migration table."""

from __future__ import annotations

from policylint.model import Group
from policylint.readers.intune.assignments import members
from policylint.readers.intune.graph_object import Found, Item, each


def group(item: Item) -> Found:
    """An Entra group: its id, its name, and what a dynamic rule selects. Import templates have no id."""
    rule = item.body.get("membershipRule")
    found = Group(item.id, item.name, members(rule), item.named)
    return Found("Entra group", "no policy; its name and rule are used", groups=(found,))


def assignment_filter(item: Item) -> Found:
    """An assignment filter: assignments name it by id."""
    return Found("assignment filter", "no policy; its name is used", filters=((item.id, item.name),))


def migration_table(item: Item) -> Found:
    """IntuneManagement's `MigrationTable.json`: the tenant, and the names of the groups that assignments refer to."""
    tenant = item.body.get("TenantId")
    groups = tuple(
        Group(entry["Id"], entry["DisplayName"], None, item.below(f"{at}/DisplayName"))
        for entry, at in each(item.body.get("Objects"), "/Objects")
        if entry.get("Type") == "Group"
        and isinstance(entry.get("Id"), str)
        and isinstance(entry.get("DisplayName"), str)
    )
    tenants = (tenant,) if isinstance(tenant, str) and tenant else ()
    return Found("migration table", "no policy; tenant and group names are used", groups=groups, tenants=tenants)
