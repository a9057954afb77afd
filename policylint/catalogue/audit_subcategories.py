"""Subcategories of the advanced audit policy: the node of the Audit CSP and the GUID ([MS-GPAC] 2.2.1.3).

All GUIDs are `{0cce….-69ae-11d9-bed3-505054503030}`; the four digits that differ stand here.
"""

from __future__ import annotations

SUBCATEGORIES = """
    AccountLogonLogoff_AuditAccountLockout 9217
    AccountLogonLogoff_AuditGroupMembership 9249
    AccountLogonLogoff_AuditIPsecExtendedMode 921a
    AccountLogonLogoff_AuditIPsecMainMode 9218
    AccountLogonLogoff_AuditIPsecQuickMode 9219
    AccountLogonLogoff_AuditLogoff 9216
    AccountLogonLogoff_AuditLogon 9215
    AccountLogonLogoff_AuditNetworkPolicyServer 9243
    AccountLogonLogoff_AuditOtherLogonLogoffEvents 921c
    AccountLogonLogoff_AuditSpecialLogon 921b
    AccountLogonLogoff_AuditUserDeviceClaims 9247
    AccountLogon_AuditCredentialValidation 923f
    AccountLogon_AuditKerberosAuthenticationService 9242
    AccountLogon_AuditKerberosServiceTicketOperations 9240
    AccountLogon_AuditOtherAccountLogonEvents 9241
    AccountManagement_AuditApplicationGroupManagement 9239
    AccountManagement_AuditComputerAccountManagement 9236
    AccountManagement_AuditDistributionGroupManagement 9238
    AccountManagement_AuditOtherAccountManagementEvents 923a
    AccountManagement_AuditSecurityGroupManagement 9237
    AccountManagement_AuditUserAccountManagement 9235
    DSAccess_AuditDetailedDirectoryServiceReplication 923e
    DSAccess_AuditDirectoryServiceAccess 923b
    DSAccess_AuditDirectoryServiceChanges 923c
    DSAccess_AuditDirectoryServiceReplication 923d
    DetailedTracking_AuditDPAPIActivity 922d
    DetailedTracking_AuditPNPActivity 9248
    DetailedTracking_AuditProcessCreation 922b
    DetailedTracking_AuditProcessTermination 922c
    DetailedTracking_AuditRPCEvents 922e
    DetailedTracking_AuditTokenRightAdjusted 924a
    ObjectAccess_AuditApplicationGenerated 9222
    ObjectAccess_AuditCentralAccessPolicyStaging 9246
    ObjectAccess_AuditCertificationServices 9221
    ObjectAccess_AuditDetailedFileShare 9244
    ObjectAccess_AuditFileShare 9224
    ObjectAccess_AuditFileSystem 921d
    ObjectAccess_AuditFilteringPlatformConnection 9226
    ObjectAccess_AuditFilteringPlatformPacketDrop 9225
    ObjectAccess_AuditHandleManipulation 9223
    ObjectAccess_AuditKernelObject 921f
    ObjectAccess_AuditOtherObjectAccessEvents 9227
    ObjectAccess_AuditRegistry 921e
    ObjectAccess_AuditRemovableStorage 9245
    ObjectAccess_AuditSAM 9220
    PolicyChange_AuditAuthenticationPolicyChange 9230
    PolicyChange_AuditAuthorizationPolicyChange 9231
    PolicyChange_AuditFilteringPlatformPolicyChange 9233
    PolicyChange_AuditMPSSVCRuleLevelPolicyChange 9232
    PolicyChange_AuditOtherPolicyChangeEvents 9234
    PolicyChange_AuditPolicyChange 922f
    PrivilegeUse_AuditNonSensitivePrivilegeUse 9229
    PrivilegeUse_AuditOtherPrivilegeUseEvents 922a
    PrivilegeUse_AuditSensitivePrivilegeUse 9228
    System_AuditIPsecDriver 9213
    System_AuditOtherSystemEvents 9214
    System_AuditSecurityStateChange 9210
    System_AuditSecuritySystemExtension 9211
    System_AuditSystemIntegrity 9212
"""
