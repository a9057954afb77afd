"""Files of GPOs: scripts that are not there (GP033), leftovers of old systems (GP027), values that stay (GP020)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from policylint.checks.found import Found, Spot, claim_spot, listed, quoted
from policylint.claimed import claimed
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.model import Channel, Claim, Policy

_NAMED = 3
_SCRIPT = re.compile(r"script:(startup|shutdown|logon|logoff)/(.+)", re.IGNORECASE | re.DOTALL)
_FILE = re.compile(r"\"?(.*?\.\w{2,4})(?=[\s\"]|$)", re.DOTALL)
_LOCAL = re.compile(r'"?[a-z]:[\\/]', re.IGNORECASE)

_LEFT_OVER: Mapping[re.Pattern[str], str] = {
    re.compile(r"(^|/)[^/]*_ntfrs_[0-9a-f]{8}(/|$)", re.IGNORECASE): "a conflict folder of file replication",
    re.compile(r"(^|/)do_not_remove_ntfrs_preinstall_directory(/|$)", re.IGNORECASE): "a folder of file replication",
    re.compile(r"/adm/(conf|inetres|system|wmplayer|wuau)\.adm$", re.IGNORECASE): "a template of Windows XP",
    re.compile(r"(^|/)ntuser\.(pol|dat|ini)$", re.IGNORECASE): "a file of a user profile",
}

_SENSITIVE = re.compile(
    r"gpp:registry/hklm\\(?:system\\(?:currentcontrolset|controlset\d+)\\(?:control\\(?:lsa|securityproviders|"
    r"session manager|deviceguard)|services\\(?:lanman\w+|netbt|ldap|netlogon|tcpip6?|dnscache|winrm))"
    r"|software\\(?:wow6432node\\)?microsoft\\windows nt\\currentversion\\winlogon"
    r"|software\\(?:wow6432node\\)?policies)\\",
    re.IGNORECASE,
)
"""Where values decide about security, as far as it can be told by the key."""


def missing_script(estate: Estate) -> Iterator[Found]:
    """A script of a GPO is not in its folder, or is looked for on each computer's own disk (GP033)."""
    index = claimed(estate)
    for policy, claim in index.on(index.beginning(("script:",))):
        script = _SCRIPT.fullmatch(claim.setting.text) if policy.channel is Channel.GPO else None
        if script and claim.evidence.path.casefold().endswith("scripts.ini"):
            yield from _script(policy, claim, script, estate)


def _script(policy: Policy, claim: Claim, script: re.Match[str], estate: Estate) -> Iterator[Found]:
    event, command = script[1], script[2].removeprefix(f"{policy.id}\\")
    name = found[1] if (found := _FILE.match(command)) else command
    if _LOCAL.match(command):
        text = "is looked for on each computer's own disk"
        yield _not_there(policy, claim, f"the {event.casefold()} script '{name}'", text, sure=False)
    elif command != script[2]:
        above = f"{claim.evidence.path.rpartition('/')[0]}/".casefold()
        carried = estate.once(_bodies)
        folder = f"{above}{event}/".casefold()
        if carried and not _is_there(folder, command, carried):
            yield _not_there(
                policy, claim, f"the {event.casefold()} script '{name}'", "is not in its folder", sure=True
            )


def _bodies(estate: Estate) -> Sequence[str]:
    """The paths of the scripts themselves, without case; an export without any leaves them all out."""
    return [record.path.casefold() for record in estate.files if record.kind == "script"]


def _is_there(folder: str, command: str, files: Sequence[str]) -> bool:
    """Whether the command line begins with the name of a file in the folder of such scripts."""
    wanted = command.replace("\\", "/").strip('"').casefold()
    return any(path.startswith(folder) and wanted.startswith(path[len(folder) :]) for path in files)


def _not_there(policy: Policy, claim: Claim, script: str, text: str, *, sure: bool) -> Found:
    return Found(
        f"{script} of {quoted([policy.name])} {text}",
        (claim_spot(claim, policy, "not found"),),
        claim.setting.text,
        claim.scope.value,
        severity=None if sure else "note",
        confidence="likely" if sure else "possible",
    )


def leftovers(estate: Estate) -> Iterator[Found]:
    """Files in SYSVOL that nothing reads any more (GP027); one finding for each kind."""
    paths_of = ((record.path, record.path.casefold()) for record in estate.files)
    likely = [path for path, folded in paths_of if "ntfrs_" in folded or "ntuser." in folded or ".adm" in folded]
    for pattern, said in _LEFT_OVER.items():
        paths = [path for path in likely if pattern.search(path)]
        if paths:
            more = [f"{len(paths) - _NAMED} more"] if len(paths) > _NAMED else []
            yield Found(
                f"{listed([*paths[:_NAMED], *more])}: {said}, which nothing reads any more",
                tuple(Spot(Evidence(path), None, "left over") for path in paths[:_NAMED]),
            )


def preference_stays(estate: Estate) -> Iterator[Found]:
    """Preferences write values that decide about security, and they stay when the GPO goes (GP020)."""
    index = claimed(estate)
    sensitive = [key for key in index.beginning(("gpp:registry/hklm\\",)) if _SENSITIVE.match(key)]
    for policy, those in index.by_policy(sensitive):
        found = {c.setting.key: c for c in those if not c.absent and "removed when" not in c.origin}
        if found:
            claims = list(found.values())
            names = [claim.setting.text.removeprefix("gpp:Registry/") for claim in claims[:_NAMED]]
            more = [f"{len(claims) - _NAMED} more"] if len(claims) > _NAMED else []
            yield Found(
                f"the preferences of {quoted([policy.name])} write {listed([*names, *more])}, and nothing takes "
                f"{'it' if len(claims) == 1 else 'them'} back when the GPO no longer applies",
                tuple(claim_spot(claim, policy, "stays") for claim in claims[:_NAMED]),
            )
