"""The facts about template profiles: which CSP node a Graph property writes, and which of its values say nothing.

Two tables go in. One is Microsoft's article "Graph APIs and matching Windows 10 CSPs" as rows of entity.property, CSP
and offset (CC BY 4.0); the other the Intune portal's own metadata of its profiles as rows of property, type, meaning
and options (MIT, from Micke-K/IntuneManagement). Facts come out and no prose. Neither tells the number that a node gets
for a Graph word, so that is worked out where it is beyond doubt: switches whose name and whose node's name both say
which way they turn, and the few words below that the CSP's own page lists. What is left keeps its Graph name.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from policylint.catalogue.settings_catalog import all_definitions
from policylint.model import csp

Rows = Iterable[Mapping[str, str]]
Words = Mapping[str, Any]

_POLICY = "./Device/Vendor/MSFT/Policy/Config"
_FIREWALL = "./Device/Vendor/MSFT/Firewall/MdmStore"
_ENDPOINT = "windows10EndpointProtectionConfiguration"
_GENERAL = "windows10GeneralConfiguration"

_DOWN = re.compile(r"(Block(ed)?|Disabled?|Hide|Hidden|Prevent|Disallow(ed)?|DoNot|TurnOff|Restrict)(?![a-z])")
_UP = re.compile(r"(Allow(ed)?|Enabled?|Required?|Force|TurnOn|Permit)(?![a-z])")
_SWITCHED = {
    "enabled": 1,
    "enable": 1,
    "allowed": 1,
    "allow": 1,
    "disabled": -1,
    "disable": -1,
    "blocked": -1,
    "block": -1,
}
_BOOLEAN_NODES = re.compile(r"/MSFT/(Firewall|SharedPC|SecureAssessment)/")

_NOT_THEIRS = frozenset({"remoteassistancesolicitedsetting"})
"""Rows of the article that name another property's node."""

_MISSPELLED = {"windows10endpointconfiguration": _ENDPOINT}
_OWN_READER = frozenset({"windowsidentityprotectionconfiguration", "windows10customconfiguration"})

_AUDITED: Words = {"block": 1, "enable": 1, "auditMode": 2, "userDefined": 0, "disable": 0}
_AUDIT: Words = {"none": 0, "success": 1, "failure": 2, "successAndFailure": 3}
_SWITCH: Words = {"allowed": True, "blocked": False}

_ASR: Mapping[str, str] = {
    "defenderOfficeAppsOtherProcessInjection": "blockofficeapplicationsfrominjectingcodeintootherprocesses",
    "defenderOfficeAppsExecutableContentCreationOrLaunch": "blockofficeapplicationsfromcreatingexecutablecontent",
    "defenderOfficeAppsLaunchChildProcess": "blockallofficeapplicationsfromcreatingchildprocesses",
    "defenderOfficeMacroCodeAllowWin32Imports": "blockwin32apicallsfromofficemacros",
    "defenderScriptObfuscatedMacroCode": "blockexecutionofpotentiallyobfuscatedscripts",
    "defenderScriptDownloadedPayloadExecution": "blockjavascriptorvbscriptfromlaunchingdownloadedexecutablecontent",
    "defenderEmailContentExecution": "blockexecutablecontentfromemailclientandwebmail",
    "defenderPreventCredentialStealing": "blockcredentialstealingfromwindowslocalsecurityauthoritysubsystem",
    "defenderUntrustedUSBProcess": "blockuntrustedunsignedprocessesthatrunfromusb",
    "defenderUntrustedExecutable": "blockexecutablefilesrunningunlesstheymeetprevalenceagetrustedlistcriterion",
    "defenderProcessCreation": "blockprocesscreationsfrompsexecandwmicommands",
    "defenderAdvancedRansomewareProtection": "useadvancedprotectionagainstransomware",
    "defenderOfficeCommunicationAppsLaunchChildProcess": "blockofficecommunicationappfromcreatingchildprocesses",
    "defenderAdobeReaderLaunchChildProcess": "blockadobereaderfromcreatingchildprocesses",
    "defenderBlockPersistenceThroughWmi": "blockpersistencethroughwmieventsubscription",
}
"""Attack surface reduction rules, by the stem of the property and the rule's name in the settings catalog."""

_FIREWALL_MEMBERS: Mapping[str, tuple[str, Words]] = {
    "firewallEnabled": ("EnableFirewall", _SWITCH),
    "stealthModeBlocked": ("DisableStealthMode", {"true": True}),
    "stealthModeRequired": ("DisableStealthMode", {"true": False}),
    "incomingTrafficBlocked": ("Shielded", {"true": True}),
    "incomingTrafficRequired": ("Shielded", {"true": False}),
    "unicastResponsesToMulticastBroadcastsBlocked": (
        "DisableUnicastResponsesToMulticastBroadcast",
        {"true": True, "blocked": True, "allowed": False},
    ),
    "unicastResponsesToMulticastBroadcastsRequired": ("DisableUnicastResponsesToMulticastBroadcast", {"true": False}),
    "inboundNotificationsBlocked": (
        "DisableInboundNotifications",
        {"true": True, "blocked": True, "allowed": False},
    ),
    "inboundNotificationsRequired": ("DisableInboundNotifications", {"true": False}),
    "authorizedApplicationRulesFromGroupPolicyMerged": ("AuthAppsAllowUserPrefMerge", {"true": True, **_SWITCH}),
    "authorizedApplicationRulesFromGroupPolicyNotMerged": ("AuthAppsAllowUserPrefMerge", {"true": False}),
    "globalPortRulesFromGroupPolicyMerged": ("GlobalPortsAllowUserPrefMerge", {"true": True, **_SWITCH}),
    "globalPortRulesFromGroupPolicyNotMerged": ("GlobalPortsAllowUserPrefMerge", {"true": False}),
    "connectionSecurityRulesFromGroupPolicyMerged": ("AllowLocalIpsecPolicyMerge", {"true": True, **_SWITCH}),
    "connectionSecurityRulesFromGroupPolicyNotMerged": ("AllowLocalIpsecPolicyMerge", {"true": False}),
    "policyRulesFromGroupPolicyMerged": ("AllowLocalPolicyMerge", {"true": True, **_SWITCH}),
    "policyRulesFromGroupPolicyNotMerged": ("AllowLocalPolicyMerge", {"true": False}),
    "outboundConnectionsBlocked": ("DefaultOutboundAction", {"true": 1, "blocked": 1, "allowed": 0}),
    "outboundConnectionsRequired": ("DefaultOutboundAction", {"true": 0}),
    "inboundConnectionsBlocked": ("DefaultInboundAction", {"true": 1, "blocked": 1, "allowed": 0}),
    "inboundConnectionsRequired": ("DefaultInboundAction", {"true": 0}),
    "securedPacketExemptionAllowed": ("DisableStealthModeIpsecSecuredPacketExemption", {"true": False}),
    "securedPacketExemptionBlocked": ("DisableStealthModeIpsecSecuredPacketExemption", {"true": True}),
}
"""Firewall CSP: the members of a network profile; the actions are 0 allow and 1 block."""

_NEWER: Mapping[tuple[str, str], tuple[str, str, Words]] = {
    (_ENDPOINT, "deviceGuardSecureBootWithDMA"): (
        "e",
        f"{_POLICY}/DeviceGuard/RequirePlatformSecurityFeatures",
        {"withoutDMA": 1, "withDMA": 3},
    ),
    (_ENDPOINT, "defenderSignatureUpdateIntervalInHours"): ("n", f"{_POLICY}/Defender/SignatureUpdateInterval", {}),
}
"""Properties that neither table has, by Graph's reference and the CSP's page: kind, node, words."""

_WORDS: Mapping[str, Words] = {
    "defender/puaprotection": {"userDefined": 0, "disable": 0, "block": 1, "enable": 1, "audit": 2, "auditMode": 2},
    "defender/enablenetworkprotection": _AUDITED,
    "defender/enablecontrolledfolderaccess": {
        **_AUDITED,
        "blockDiskModification": 3,
        "auditDiskModification": 4,
    },
    "defender/cloudblocklevel": {"high": 2, "highPlus": 4, "zeroTolerance": 6},
    "defender/submitsamplesconsent": {
        "alwaysPrompt": 0,
        "sendSafeSamplesAutomatically": 1,
        "neverSend": 2,
        "sendAllDataWithoutPrompting": 3,
        "sendAllSamplesAutomatically": 3,
    },
    "devicelock/devicepasswordenabled": {"true": 0},
    "devicelock/alphanumericdevicepasswordrequired": {"alphanumeric": 0, "numeric": 1, "deviceDefault": 2},
    "localpoliciessecurityoptions/accounts_blockmicrosoftaccounts": {"true": 3},
    "localpoliciessecurityoptions/networksecurity_lanmanagerauthenticationlevel": {
        "lmAndNltm": 0,
        "lmNtlmAndNtlmV2": 1,
        "lmAndNtlmOnly": 2,
        "lmAndNtlmV2": 3,
        "lmNtlmV2AndNotLm": 4,
        "lmNtlmV2AndNotLmOrNtm": 5,
    },
    "update/allowautoupdate": {
        "notifyDownload": 0,
        "autoInstallAtMaintenanceTime": 1,
        "autoInstallAndRebootAtMaintenanceTime": 2,
        "autoInstallAndRebootAtScheduledTime": 3,
        "autoInstallAndRebootWithoutEndUserControl": 4,
        "windowsDefault": 5,
    },
    "deviceguard/lsacfgflags": {"enableWithUEFILock": 1, "enableWithoutUEFILock": 2, "disable": 0},
    "deviceguard/requireplatformsecurityfeatures": {"withoutDMA": 1, "withDMA": 3},
}
"""Values that the pages of the Policy CSP list, by area and name."""


@dataclass
class _Property:
    """One property while it is put together."""

    entity: str
    name: str
    kind: str = ""
    silent: set[str] = field(default_factory=set)
    loud: set[str] = field(default_factory=set)
    action: str = ""
    nodes: list[str] = field(default_factory=list)
    words: dict[str, Any] = field(default_factory=dict)


def template_properties(article: Rows, portal: Rows) -> bytes:
    """The table that `policylint.catalogue.template_properties` reads, as gzip without a timestamp.

    `article` has the columns graph_entity_property, csp, offset_uri; `portal` those of the derived metadata table.
    """
    found: dict[tuple[str, str], _Property] = {}
    _add_portal(found, portal)
    spelled = {p.entity.casefold(): p.entity for p in found.values()}
    for row in article:
        entity, _, name = row["graph_entity_property"].partition(" ")[0].partition(".")
        entity = _MISSPELLED.get(entity.casefold(), entity)
        if entity.casefold() in _OWN_READER:
            continue
        one = _property(found, spelled.setdefault(entity.casefold(), entity[:1].lower() + entity[1:]), name)
        one.nodes += [node for node in _nodes(row["csp"], row["offset_uri"]) if node not in one.nodes]
    for one in list(found.values()):
        if one.name.casefold() in _NOT_THEIRS:
            one.nodes.clear()
    _lower(found.values())
    _add_known(found)
    lines = ("\t".join(_row(one)) for one in sorted(found.values(), key=lambda p: (p.entity, p.name)))
    return gzip.compress("".join(f"{line}\n" for line in lines).encode("utf-8"), compresslevel=9, mtime=0)


def _property(found: dict[tuple[str, str], _Property], entity: str, name: str) -> _Property:
    name = ".".join(part[:1].lower() + part[1:] for part in name.split("."))
    return found.setdefault((entity.casefold(), name.casefold()), _Property(entity, name))


_KINDS = {"0": "b", "14": "n", "16": "e", "20": "s", "19": "b", "21": "l"}
"""The portal's data types that a value can be read by; what is none of them is an object or a list of objects."""


def _add_portal(found: dict[tuple[str, str], _Property], portal: Rows) -> None:
    for row in portal:
        if row["graph_type"].casefold() in _OWN_READER:
            continue
        one = _property(found, row["graph_type"], row["property"])
        one.kind = one.kind or _KINDS.get(row["portal_data_type"], "o")
        options = [tuple(option.rpartition("=")[::2]) for option in row["options"].split("; ") if option]
        labels = (label.lower() for label, value in options if value == "True")
        one.action = one.action or row["true_means"] or next((re.sub("option$", "", text) for text in labels), "")
        for label, value in options:
            unset = "notconfigured" in label.casefold()
            (one.silent if unset else one.loud).add(_word(value))
        unset_value = row["unconfigured_value"].strip('"')
        if unset_value and _word(unset_value) not in one.loud:
            one.silent.add(_word(unset_value))
        if row["false_means"].startswith("false=not"):
            one.silent.add("false")


def _word(value: str) -> str:
    return {"True": "true", "False": "false", "<null>": "null"}.get(value, value)


def _nodes(base: str, offsets: str) -> Iterator[str]:
    """The nodes of a cell: several offsets by comma, remarks in brackets, Markdown's escapes, areas without Config."""
    if not base.startswith("./"):
        return
    for offset in re.sub(r"\s*\(.*", "", offsets).replace("\\", "").split(","):
        uri = f"{base.rstrip('/')}/{offset.strip().strip('/')}".replace("{AADTenantId}", "{TenantId}")
        uri = re.sub(r"/MSFT/Policy/(?!Config/|Result/)", "/MSFT/Policy/Config/", uri)
        if offset.strip() and " " not in uri:
            yield _spelled(uri)


def _spelled(uri: str) -> str:
    """The node as the settings catalog spells it; a node that exists for users only is theirs."""
    key = csp(uri).key
    known = _catalog().get(key) or _catalog().get(key.replace("device_", "user_", 1))
    return known or re.sub(r"^\./Vendor", "./Device/Vendor", uri)


_CATALOG: dict[str, str] = {}
_ELEMENTS: Counter[str] = Counter()


def _catalog() -> dict[str, str]:
    """Nodes that the settings catalog knows, and in `_ELEMENTS` how many elements live in each."""
    if not _CATALOG:
        for definition in all_definitions():
            _CATALOG.setdefault(csp(definition.node).key, definition.node)
            _ELEMENTS[csp(definition.node).key] += bool(definition.element)
    return _CATALOG


def _lower(properties: Iterable[_Property]) -> None:
    """Keeps the node of those properties whose values are known in it: one property, one node, one meaning."""
    properties = list(properties)
    users = Counter((p.entity.casefold(), node) for p in properties for node in p.nodes)
    for one in properties:
        alone = len(one.nodes) == 1 and users[one.entity.casefold(), one.nodes[0]] == 1
        if not alone:
            one.nodes.clear()
            continue
        node = one.nodes[0]
        place = "/".join(node.casefold().split("/")[-2:])
        one.words = dict(_WORDS.get(place, {})) or _switch(one, node)
        plain = one.kind in ("n", "s", "l") and not _ELEMENTS[csp(node).key]
        if not one.words and not plain:
            one.nodes.clear()


def _switch(one: _Property, node: str) -> dict[str, Any]:
    """What the words of a switch become, when the property's name and the node's both say which way they turn."""
    turns, means = _direction(node.rpartition("/")[2].rpartition("_")[2]), _direction(one.name)
    if not turns or one.kind not in ("b", "e", "") or (not one.kind and _ELEMENTS[csp(node).key]):
        return {}
    on, off = (True, False) if _BOOLEAN_NODES.search(node) else (1, 0)
    if one.kind == "e":
        known = one.loud and one.loud <= set(_SWITCHED)
        return {word: on if _SWITCHED[word] == turns else off for word in sorted(one.loud)} if known else {}
    acts = {"block": -1, "disable": -1}.get(one.action, 1 if one.action else 0)
    means = means or acts
    contradicted = bool(acts) and acts != means and node.rpartition("/")[2].casefold() not in one.name.casefold()
    if not means or contradicted or (means > 0 > turns):
        return {}
    words: dict[str, Any] = {"true": on if means == turns else off}
    if "false" in one.loud:
        words["false"] = off if means == turns else on
    return words


def _direction(name: str) -> int:
    """1 for a name that lets something happen, -1 for one that prevents it, 0 when it says neither or both ways."""
    name = name[:1].upper() + name[1:]
    downs = sum(1 for _ in _DOWN.finditer(name))
    return -1 if downs == 1 else 0 if downs else 1 if _UP.search(name) else 0


def _add_known(found: dict[tuple[str, str], _Property]) -> None:
    """What both tables leave out and other pages of Microsoft's say: firewall profiles, ASR rules, the audit policy."""
    for (entity, name), (kind, node, words) in _NEWER.items():
        one = _property(found, entity, name)
        one.kind, one.nodes, one.words = kind, [node], dict(words)
    for profile in ("Domain", "Private", "Public"):
        for member, (node, words) in _FIREWALL_MEMBERS.items():
            uri = f"{_FIREWALL}/{profile}Profile/{node}"
            nested = _property(found, _ENDPOINT, f"firewallProfile{profile}.{member}")
            flat = _property(found, _ENDPOINT, f"firewallProfile{profile}{member[:1].upper()}{member[1:]}")
            for one in (nested, flat):
                one.kind, one.nodes, one.words = "b", [uri], dict(words)
                one.silent = {"notConfigured", "false"}
    rules = csp(f"{_POLICY}/Defender/AttackSurfaceReductionRules").key
    elements = {d.element.casefold(): d for d in all_definitions() if csp(d.node).key == rules}
    for stem, rule in _ASR.items():
        definition = elements.get(rule)
        for name in (f"{stem}Type", stem) if definition else ():
            one = _property(found, _ENDPOINT, name)
            one.kind, one.nodes = "e", [definition.uri if definition else ""]
            guid = str(next(iter(definition.options.values()), "")).partition("=")[0] if definition else ""
            numbers = {"warn": 6, **_AUDITED}
            one.words = {word: f"{guid}={number}" for word, number in numbers.items() if word != "userDefined"}
            one.silent |= {"notConfigured", "userDefined"}
    for definition in all_definitions():
        area, _, name = definition.node.removeprefix(f"{_POLICY}/").partition("/")
        if area == "Audit" and "_Audit" in name and not definition.element:
            one = _property(found, _GENERAL, name.replace("_", ""))
            one.kind, one.nodes, one.words = "e", [definition.node], dict(_AUDIT)


def _row(one: _Property) -> Iterator[str]:
    silent = one.silent - {"null", "notConfigured"}
    if "userDefined" in one.loud:
        silent = silent | {"!userDefined"}
    if one.kind == "b" and "false" in one.loud:
        silent = (silent - {"false"}) | {"!false"}
    yield from (one.entity, one.name, one.kind, ",".join(sorted(silent)), "".join(one.nodes))
    yield json.dumps(one.words, sort_keys=True, separators=(",", ":")) if one.words else ""
