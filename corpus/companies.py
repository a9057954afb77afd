"""The two invented companies of the estates: their domains, tenants and groups."""

from __future__ import annotations

from corpus.gpo import Domain, Principal
from corpus.write_intune import EntraGroup

CONTOSO = Domain(
    dns="contoso.com",
    netbios="CONTOSO",
    sid="S-1-5-21-2917354186-1402857730-3358614902",
    guid="{b7f9b955-f7ae-4ba1-8041-8d8de7411736}",
    dc="LON-DC01.contoso.com",
)
CONTOSO_TENANT = "8f2c1d64-3b7a-4e0f-9a55-c6d1e2b40317"
PILOT_COMPUTERS = Principal(f"{CONTOSO.sid}-1138", "WHfB Pilot Computers")
PILOT = EntraGroup("WHfB Pilot", "f220e83d-e760-4d88-b5dc-25f72c7e0e42")

FABRIKAM = Domain(
    dns="fabrikam.com",
    netbios="FABRIKAM",
    sid="S-1-5-21-1746902253-3860417735-902216841",
    guid="{2f6201d0-9ce7-4e83-8ab9-8eec2b9013c2}",
    dc="SEA-DC02.fabrikam.com",
)
FABRIKAM_TENANT = "3e9b7a50-64d2-4c8e-b1f7-90a4d25c6e18"
LAPTOPS = EntraGroup("All laptops", "ea0e8275-cd0d-45fd-9358-9fb6512ee3da", '(device.displayName -startsWith "FAB-L-")')
FINANCE_LAPTOPS = EntraGroup("Finance laptops", "a3a8c6e7-27ee-40c6-b322-16ec2fd9459c")
EXECUTIVES = EntraGroup("Executives", "199044aa-0019-4213-9c14-cbd49666a53f")
