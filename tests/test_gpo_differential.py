"""policylint against the naive resolver of Group Policy, on random directories."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from policylint.effective import State
from policylint.estate import Estate
from policylint.evidence import Evidence
from policylint.model import Channel, Claim, Filtering, Policy, Scope, Sweep, registry
from policylint.rank import rank
from policylint.resolve import resolve
from policylint.topology import Facts, LinkEntry, Som, Target, Topology, WmiFilter
from tests.naive_gpo import MODE, Container, Directory, Gpo, Instruction, NaiveLink, settled

PLACES = ("contoso.com", "contoso.com/A", "contoso.com/A/B", "contoso.com/U", "contoso.com/U/V")
SITE = "site:London"
GROUPS = ("Pilot", "Legacy")
KEY = r"SOFTWARE\Policies\Contoso"
SYSTEM = r"Software\Policies\Microsoft\Windows\System"
SCOPES = {"computer": Scope.DEVICE, "user": Scope.USER}
NAMES = ("a", "b")

_values = st.integers(1, 3)
_writes: st.SearchStrategy[Instruction] = st.one_of(
    st.tuples(st.just("set"), st.sampled_from(NAMES), _values),
    st.tuples(st.just("soft"), st.sampled_from(NAMES), _values),
    st.tuples(st.just("delete"), st.sampled_from(NAMES), st.none()),
)
_modes: st.SearchStrategy[Instruction] = st.tuples(st.just("set"), st.just(MODE), st.sampled_from((0, 1, 2)))


@st.composite
def _side(draw: st.DrawFn, computer: bool) -> tuple[Instruction, ...]:
    """What GPMC would write: every value once, a sweep of the key before its values."""
    found = draw(st.lists(_writes, max_size=2, unique_by=lambda one: one[1]))
    sweep: list[Instruction] = [("sweep", "", None)] if draw(st.integers(0, 5)) == 0 else []
    mode = [draw(_modes)] if computer and draw(st.integers(0, 4)) == 0 else []
    return (*sweep, *found, *mode) if not computer or not sweep else (*sweep, *found)


@st.composite
def _gpo(draw: st.DrawFn, name: str) -> Gpo:
    some = st.frozensets(st.sampled_from(GROUPS), min_size=1, max_size=2)
    rarely = draw(st.integers(0, 9))
    return Gpo(
        name,
        draw(_side(computer=True)),
        draw(_side(computer=False)),
        draw(st.frozensets(st.sampled_from(("computer", "user")), max_size=1)) if rarely == 0 else frozenset(),
        rows=rarely != 1,
        apply=draw(some) if rarely in (2, 3) else frozenset({"everyone"}),
        deny=draw(some) if rarely == 4 else frozenset(),
        read=draw(some) if rarely == 5 else frozenset({"everyone"}),
    )


@st.composite
def _directory(draw: st.DrawFn) -> Directory:
    names = [f"G{number}" for number in range(draw(st.integers(1, 6)))]
    gpos = {name: draw(_gpo(name)) for name in names}
    link = st.builds(
        NaiveLink,
        st.sampled_from(names),
        st.sampled_from((False, False, True)),
        st.sampled_from((True, True, True, False)),
    )
    containers = {
        path: Container(
            path,
            draw(st.lists(link, max_size=3, unique_by=lambda one: one.gpo)),
            path != SITE and draw(st.integers(0, 4)) == 0,
        )
        for path in (*PLACES, SITE)
    }
    return Directory(gpos, containers, SITE, draw(st.frozensets(st.sampled_from(GROUPS))))


def _claims(gpo: Gpo) -> tuple[list[Claim], list[Sweep]]:
    claims: list[Claim] = []
    sweeps: list[Sweep] = []
    evidence = Evidence(f"{gpo.name}/registry.pol")
    for side, scope in SCOPES.items():
        for verb, name, data in gpo.side(side):
            if verb == "sweep":
                sweeps.append(Sweep(scope, KEY.casefold(), False, evidence))
                continue
            setting = registry(scope, SYSTEM if name == MODE else KEY, name)
            soft = verb == "soft" and not any(
                sweep.scope is scope for sweep in sweeps
            )  # after a sweep of its own file it writes for certain
            claims.append(Claim(setting, scope, data, "REG_DWORD", evidence, verb == "delete", soft))
    return claims, sweeps


def _policy(gpo: Gpo) -> Policy:
    claims, sweeps = _claims(gpo)
    sids = {"everyone": "S-1-5-11"}
    return Policy(
        f"{{{gpo.name}}}",
        gpo.name,
        Channel.GPO,
        "gpo",
        Evidence(f"{gpo.name}/Backup.xml"),
        tuple(claims),
        tuple(sweeps),
        disabled_sides=frozenset(SCOPES[side] for side in gpo.disabled),
        links=(),
        wmi_filter=None if gpo.rows else "Never",
        filtering=Filtering(
            tuple(sids.get(name, name) for name in sorted(gpo.apply)),
            tuple(sorted(gpo.deny)),
            tuple(sids.get(name, name) for name in sorted(gpo.read)),
        ),
    )


def _estate(directory: Directory) -> Estate:
    soms = [
        Som(
            path=container.path,
            blocks_inheritance=container.blocks,
            links=[LinkEntry(gpo=one.gpo, enforced=one.enforced, enabled=one.enabled) for one in container.links],
        )
        for container in directory.containers.values()
    ]
    topology = Topology(som=soms, wmi_filter=[WmiFilter(name="Never", result=False)])
    return Estate(tuple(_policy(gpo) for gpo in directory.gpos.values()), topology=topology, linked=True)


@settings(max_examples=400)
@given(_directory(), st.sampled_from(PLACES), st.sampled_from(PLACES))
def test_the_engine_agrees_with_the_specification_followed_list_by_list(
    directory: Directory, device: str, user: str
) -> None:
    target = Target(
        name="T", device=device, user=user, site="London", groups=sorted(directory.groups), facts=Facts(join="ad")
    )
    effective = resolve(rank(_estate(directory), target))
    found = {(row.setting.text.rpartition("!")[2], row.scope): (row.state, row.value) for row in effective.settings}
    computer, users = settled(device, user, directory)
    wanted = {(name, Scope.DEVICE): (State.DETERMINED, value) for name, value in computer.items()}
    wanted |= {(name, Scope.USER): (State.DETERMINED, value) for name, value in users.items()}
    assert found == wanted
