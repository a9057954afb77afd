"""The checks that rules name: one function per kind of reasoning."""

from __future__ import annotations

from collections.abc import Mapping

from policylint.checks import (
    admx_files,
    admx_ingestion,
    admx_payloads,
    admx_settings,
    admx_states,
    admx_supported,
    catalog_settings,
    csp_nodes,
    gpo_contents,
    gpo_files,
    gpo_links,
    gpo_principals,
    gpo_status,
    intune_reach,
    intune_together,
    observed,
    os_builds,
    precedence_accounts,
    precedence_audit,
    precedence_conditions,
    precedence_groups,
    precedence_lists,
    precedence_local,
    precedence_loopback,
    precedence_order,
    precedence_placement,
    precedence_rights,
    precedence_sides,
    precedence_writers,
    secrets,
    superseded,
    whfb_pin,
    whfb_profiles,
    whfb_tenant,
    whfb_trust,
)
from policylint.checks.between import BETWEEN_CHECKS, UPDATE_CHECKS
from policylint.checks.found import EstateCheck, TargetCheck

READING = "reading"
"""The check of rules that report what readers ran into: the readers name the rule themselves."""

ADMX_CHECKS: Mapping[str, EstateCheck] = {
    "admx_duplicate_namespace": admx_files.duplicate_namespace,
    "admx_missing_texts": admx_files.missing_texts,
    "admx_outside_policy_keys": admx_files.outside_policy_keys,
    "admx_additive_differs": admx_files.additive_differs,
    "admx_opposite_meaning": admx_files.opposite_meaning,
    "admx_unexplained": admx_settings.unexplained,
    "admx_wrong_type_or_range": admx_settings.wrong_type_or_range,
    "admx_required_missing": admx_states.required_missing,
    "admx_wrong_side": admx_settings.wrong_side,
    "admx_undecidable": admx_states.undecidable,
    "admx_in_language_folder": admx_files.in_language_folder,
    "admx_wrong_payload": admx_payloads.wrong_payload,
    "admx_closed_keys": admx_ingestion.closed_keys,
    "admx_not_ingested": admx_ingestion.not_ingested,
    "admx_superseded": superseded.superseded,
    "admx_newer_than_targets": admx_supported.newer_than_targets,
    "admx_local_store_ignored": admx_supported.local_store_ignored,
}
"""Checks of administrative templates, and of what policies write with them."""

POLICY_CHECKS: Mapping[str, EstateCheck] = {
    "gpo_enforced_on_site": gpo_links.enforced_on_site,
    "gpo_disabled_and_enforced": gpo_links.disabled_and_enforced,
    "gpo_twice_on_a_path": gpo_links.twice_on_a_path,
    "gpo_blocked": gpo_links.blocked,
    "gpo_linked_nowhere": gpo_links.linked_nowhere,
    "gpo_settings_of_version_zero": gpo_status.settings_of_version_zero,
    "gpo_versions_differ": gpo_status.versions_differ,
    "gpo_settings_on_disabled_side": gpo_status.settings_on_disabled_side,
    "gpo_unreadable_for_computers": gpo_status.unreadable_for_computers,
    "gpo_denied": gpo_status.denied,
    "observed_differs": observed.differs,
    "account_policy_below_domain": precedence_accounts.linked_below_domain,
    "user_settings_for_computers": precedence_placement.user_settings_for_computers,
    "computer_settings_for_users": precedence_placement.computer_settings_for_users,
    "catalog_unknown_setting": catalog_settings.unknown_setting,
    "intune_other_side": intune_reach.other_side,
    "intune_everybody": intune_reach.everybody,
    "intune_plain_secret": secrets.plain_secret,
    "intune_split_bitlocker": intune_together.split_bitlocker,
    "intune_other_tenant": intune_together.other_tenant,
    "gpo_only_a_name": gpo_principals.only_a_name,
    "gpo_other_domain": gpo_principals.other_domain,
    "gpo_missing_script": gpo_files.missing_script,
    "gpo_leftovers": gpo_files.leftovers,
    "gpo_preference_stays": gpo_files.preference_stays,
    "gpo_twins": gpo_contents.twins,
    "gpo_beside_the_purpose": gpo_contents.beside_the_purpose,
    "gpo_stays": gpo_contents.stays,
    "gpo_unnamed": gpo_contents.unnamed,
    "gpo_two_allow_lists": gpo_contents.two_allow_lists,
    "csp_no_such_node": csp_nodes.no_such_node,
    "csp_wrong_type": csp_nodes.wrong_type,
    "csp_out_of_range": csp_nodes.out_of_range,
    "csp_mdm_wins_form": csp_nodes.mdm_wins_form,
    "csp_restarts": csp_nodes.restarts,
    "whfb_wrong_tenant": whfb_profiles.wrong_tenant,
    "whfb_no_such_node": whfb_profiles.no_such_node,
    "whfb_wrong_type": whfb_profiles.wrong_type,
    "whfb_wrong_root": whfb_profiles.wrong_root,
    "whfb_twice_in_intune": whfb_profiles.twice_in_intune,
    "whfb_store_without_cloud_trust": whfb_profiles.store_without_cloud_trust,
    "whfb_tattooed_biometrics": whfb_profiles.tattooed_biometrics,
    "whfb_out_of_range": whfb_pin.out_of_range,
    **BETWEEN_CHECKS,
}
"""Checks of policies as such."""

ESTATE_CHECKS: Mapping[str, EstateCheck] = {**ADMX_CHECKS, **POLICY_CHECKS}
"""Checks of the estate as such, whatever target its policies reach."""

HELLO_CHECKS: Mapping[str, TargetCheck] = {
    "whfb_certificate_overrides_cloud": whfb_trust.certificate_overrides_cloud,
    "whfb_user_certificate_beats_cloud": whfb_trust.user_certificate_beats_cloud,
    "whfb_cloud_without_enablement": whfb_trust.cloud_without_enablement,
    "whfb_disabled_by_higher_source": whfb_trust.disabled_by_higher_source,
    "whfb_both_channels": whfb_trust.both_channels,
    "whfb_certificate_from_other_channel": whfb_trust.certificate_from_other_channel,
    "whfb_certificate_from_other_scope": whfb_trust.certificate_from_other_scope,
    "whfb_cloud_from_other_channel": whfb_trust.cloud_from_other_channel,
    "whfb_cloud_beside_user_enablement": whfb_trust.cloud_beside_user_enablement,
    "whfb_certificate_off_beside_cloud": whfb_trust.certificate_off_beside_cloud,
    "whfb_tenant_disables": whfb_tenant.tenant_disables,
    "whfb_tenant_relied_upon": whfb_tenant.tenant_relied_upon,
    "whfb_split_complexity": whfb_pin.split_complexity,
    "whfb_hardware_rule_alone": whfb_pin.hardware_rule_alone,
    "whfb_tenant_differs": whfb_tenant.tenant_differs,
    "whfb_software_keys": whfb_pin.software_keys,
    "whfb_tpm12_allowed": whfb_pin.tpm12_allowed,
    "whfb_minimum_length": whfb_pin.minimum_length,
    "whfb_contradictory_classes": whfb_pin.contradictory_classes,
    "whfb_expiration_set": whfb_pin.expiration_set,
    "whfb_device_lock_differs": whfb_pin.device_lock_differs,
}
"""Checks of Windows Hello on one target, run for every one."""

CONTEST_CHECKS: Mapping[str, TargetCheck] = {
    "precedence_overridden": precedence_order.overridden,
    "precedence_beaten_by_enforced": precedence_order.beaten_by_enforced,
    "precedence_both_enforced": precedence_order.both_enforced,
    "precedence_raw_order": precedence_order.raw_order,
    "precedence_loopback_modes": precedence_order.loopback_modes,
    "precedence_split_policies": precedence_lists.split_policies,
    "precedence_colliding_lists": precedence_lists.colliding_lists,
    "precedence_wiped_lists": precedence_lists.wiped_lists,
    "precedence_deleted_values": precedence_lists.deleted_values,
    "precedence_soft_values": precedence_lists.soft_values,
    "sides_documented": precedence_sides.documented,
    "sides_undocumented": precedence_sides.undocumented,
    "rights_replaced": precedence_rights.right_replaced,
    "rights_emptied": precedence_rights.right_emptied,
    "account_policy_outranked": precedence_accounts.outranked_at_domain,
    "audit_subcategory_differs": precedence_audit.subcategory_differs,
    "loopback_user_lists": precedence_loopback.user_lists,
    "loopback_enforced_overridden": precedence_loopback.enforced_overridden,
    "loopback_user_side_disabled": precedence_loopback.user_side_disabled,
    "sides_installer": precedence_sides.installer_on_one_side,
    "sides_removable_drives": precedence_sides.removable_drives,
    "groups_members_and_member_of": precedence_groups.members_and_member_of,
    "groups_restricted_and_preference": precedence_groups.restricted_and_preference,
    "values_template_and_policy": precedence_writers.template_and_policy,
    "values_preference_and_policy": precedence_writers.preference_and_policy,
    "audit_basic_and_advanced": precedence_audit.basic_and_advanced,
    "audit_advanced_clears_basic": precedence_audit.advanced_clears_basic,
    "local_policy_ignored": precedence_local.local_policy_ignored,
    "conditions_untold": precedence_conditions.untold,
}
"""Checks of the settings of several policies that meet on one target, run for every one."""

BUILD_CHECKS: Mapping[str, TargetCheck] = {"csp_too_old": os_builds.too_old}
"""Checks of what Intune sends to one target against the build that it runs, run for every one."""

TARGET_CHECKS: Mapping[str, TargetCheck] = {
    **HELLO_CHECKS,
    **CONTEST_CHECKS,
    **BUILD_CHECKS,
    **UPDATE_CHECKS,
}
