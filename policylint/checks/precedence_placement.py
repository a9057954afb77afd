"""Settings of one side in GPOs whose links reach the other side only (PR013, PR014; [MS-GPOL] 3.2.5.1.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from policylint.checks.containers import Contents, contents, holds_controllers, is_site, links
from policylint.checks.found import Found, claim_spot, quoted
from policylint.checks.gpo_claims import some_of
from policylint.claimed import claimed, sides
from policylint.estate import Estate
from policylint.findings import Confidence
from policylint.model import Channel, Policy, Scope
from policylint.rank.gpo import LOOPBACK, LOOPBACK_MODES


def user_settings_for_computers(estate: Estate) -> Iterator[Found]:
    """User settings in a GPO that is linked to containers of computers only, where no GPO sets loopback."""
    known = contents(estate)
    loops = _loopback(estate)
    if loops is None:
        return
    for policy, linked in _placed(estate, Scope.USER, known.computers_only):
        if not any(_on_one_path(path, other) for path in linked for other in loops):
            yield _found(policy, linked, known, Scope.USER, "computers", "users", "link it to the users, or turn on")


def computer_settings_for_users(estate: Estate) -> Iterator[Found]:
    """Computer settings in a GPO that is linked to containers of users only."""
    known = contents(estate)
    for policy, linked in _placed(estate, Scope.DEVICE, known.users_only):
        yield _found(policy, linked, known, Scope.DEVICE, "users", "computers", "link it to the computers")


def _placed(estate: Estate, scope: Scope, only: Callable[[str], bool]) -> Iterator[tuple[Policy, tuple[str, ...]]]:
    """The GPOs with settings of a side all of whose links name containers of the other side."""
    for policy, told in zip(estate.policies, sides(estate), strict=True):
        if scope not in told or policy.channel is not Channel.GPO or scope in policy.disabled_sides:
            continue
        linked = links(policy, estate)
        if linked and not any(map(is_site, linked)) and all(map(only, linked)):
            yield policy, linked


def _loopback(estate: Estate) -> list[str] | None:
    """The containers of the GPOs that turn loopback on; None where nobody tells the links of one of them."""
    found: list[str] = []
    for policy, claims in claimed(estate).by_policy((LOOPBACK,)):
        if policy.channel is Channel.GPO and any(claim.value in LOOPBACK_MODES for claim in claims):
            linked = links(policy, estate)
            if linked is None or any(map(is_site, linked)):
                return None
            found += linked
    return found


def _on_one_path(a: str, b: str) -> bool:
    """Whether one container is the other, or above it: some device may then see both links."""
    first, second = f"{a.casefold()}/", f"{b.casefold()}/"
    return first.startswith(second) or second.startswith(first)


def _found(
    policy: Policy, linked: tuple[str, ...], known: Contents, scope: Scope, there: str, wanted: str, help: str
) -> Found:
    own = [claim for claim in policy.claims if claim.scope is scope]
    side = "user" if scope is Scope.USER else "computer"
    sure = all(map(holds_controllers, linked)) or known.told
    confidence: Confidence = "likely" if sure else "possible"
    many = f"the {side} setting" if len(own) == 1 else f"all {len(own)} {side} settings"
    applies = "applies" if len(own) == 1 else "apply"
    hold = "holds" if len(linked) == 1 else "hold"
    told = "" if sure else ", by its name," if len(linked) == 1 else ", by their names,"
    loop = ", and no GPO there turns loopback on" if scope is Scope.USER else ""
    message = (
        f"{many} of {quoted([policy.name])} never {applies}: it is linked to {some_of(linked)}, which{told} {hold} "
        f"{there} and no {wanted}{loop}"
    )
    more = " loopback processing for these computers" if scope is Scope.USER else ""
    return Found(
        message,
        tuple(claim_spot(claim, policy, f"{side} setting") for claim in own[:1]),
        scope=scope.value,
        confidence=confidence,
        help=f"{help}{more}, or remove the {side} settings",
    )
