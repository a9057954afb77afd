"""The checks of what policies are to each other across channels, and of whom Intune profiles go to, by their names."""

from __future__ import annotations

from collections.abc import Mapping

from policylint.checks import (
    assignments,
    channels,
    compliance,
    conflicts,
    firewall,
    intune_sides,
    laps,
    mdm_wins,
    update_source,
)
from policylint.checks.found import EstateCheck, TargetCheck

BETWEEN_CHECKS: Mapping[str, EstateCheck] = {
    "channels_set_in_both": channels.set_in_both,
    "channels_defender_in_both": channels.defender_in_both,
    "channels_browser_in_both": channels.browser_in_both,
    "mdm_wins_does_not_reach": mdm_wins.switch_does_not_reach,
    "mdm_wins_too_narrow": mdm_wins.switch_too_narrow,
    "mdm_wins_switched_back": mdm_wins.switched_back,
    "mdm_wins_strips_stricter": mdm_wins.strips_stricter,
    "laps_in_both": laps.laps_in_both,
    "laps_legacy": laps.legacy_laps,
    "firewall_local_rules_dropped": firewall.local_rules_dropped,
    "firewall_one_id_two_rules": firewall.one_id_two_rules,
    "firewall_blocked_elsewhere": firewall.blocked_elsewhere,
    "applocker_modes_differ": firewall.modes_differ,
    "intune_duplicates": conflicts.duplicates,
    "intune_certain_conflicts": conflicts.certain_conflicts,
    "intune_possible_conflicts": conflicts.possible_conflicts,
    "intune_roles_differ": conflicts.roles_differ,
    "intune_custom_beside_others": conflicts.custom_beside_others,
    "intune_both_sides": intune_sides.both_sides,
    "compliance_configured_otherwise": compliance.configured_otherwise,
    "assignments_mixed_exclusion": assignments.mixed_exclusion,
    "assignments_included_and_excluded": assignments.included_and_excluded,
    "assignments_missing": assignments.unassigned,
    "assignments_both_filter_modes": assignments.both_filter_modes,
    "assignments_no_declared_version": assignments.no_declared_version,
    "assignments_old_kind": assignments.old_kind,
}

UPDATE_CHECKS: Mapping[str, TargetCheck] = {
    "update_deferrals_beside_server": update_source.deferrals_beside_server,
    "update_dual_scan_off": update_source.dual_scan_off,
    "update_some_sources": update_source.some_sources,
}
"""Checks of where one target gets its updates from, run for every one."""
