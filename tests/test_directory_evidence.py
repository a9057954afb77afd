"""What else tells about the directory: Get-GPInheritance, BloodHound, gpresult, WMI filters; and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policylint.cli import cli
from policylint.evidence import Evidence, JsonAt, LineAt, XmlAt
from policylint.model import FileRecord, Filtering, Problem, Scope
from policylint.observed import Observation, ObservedSide
from policylint.rank import rank
from policylint.rank.strength import RAW_ORDER
from policylint.readers import read
from policylint.readers.directory import bloodhound, gpresult, inheritance, wmi_mof
from policylint.readers.directory.known import Described, DirectoryGpo, WmiQuery
from policylint.readers.source import Reading, Source
from policylint.resolve import resolve
from policylint.targets import find_target, targets
from policylint.topology import GroupEntry, LinkEntry, Som, Target, Topology
from tests.directory_writer import DC, A, B, C, gplink, ldif
from tests.gpo_writer import REGISTRY_CSE, TOOL, dword, pol

Take = Callable[[Sequence[Source]], tuple[Reading, list[Source]]]


def take(reader: Take, folder: Path, files: dict[str, object]) -> Reading:
    """What a reader makes of files: text as it is, everything else as JSON; it must take them all."""
    sources = []
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / name).write_bytes(text.encode())
        sources.append(Source(name, folder / name))
    reading, rest = reader(sources)
    assert rest == []
    return reading


# Get-GPInheritance


def link(gpo: str, order: int, target: str = DC, **members: object) -> dict[str, object]:
    return {"GpoId": gpo.strip("{}").lower(), "DisplayName": f"N{gpo[-2]}", "Enabled": True, "Enforced": False} | {
        "Target": target,
        "Order": order,
        **members,
    }


def inherits(path: str, blocked: object, own: object, reaching: object = ()) -> dict[str, object]:
    return {"Path": path, "GpoInheritanceBlocked": blocked, "GpoLinks": own, "InheritedGpoLinks": reaching}


def soms(reading: Reading) -> list[Som]:
    return [som for described in reading.described for som in described.topology.som]


def test_link_order_is_gpmcs_own(tmp_path: Path) -> None:
    own = [link(A, 2), link(B, 1, Enforced=True), link(C, 3, Enabled=False)]
    reading = take(inheritance.take, tmp_path, {"i.json": inherits(DC, False, own)})
    assert reading == Reading(
        described=(
            Described(
                Topology(
                    som=[
                        Som(
                            path="contoso.com",
                            blocks_inheritance=False,
                            links=[
                                LinkEntry(gpo=B, enforced=True),
                                LinkEntry(gpo=A),
                                LinkEntry(gpo=C, enabled=False),
                            ],
                        )
                    ]
                ),
                Evidence("i.json"),
            ),
        ),
        directory=tuple(DirectoryGpo(gpo, Evidence("i.json"), f"N{gpo[-2]}") for gpo in (A, B, C)),
        problems=(Problem("RD028", inheritance.LOST, Evidence("i.json")),),
        files=(FileRecord("i.json", "read", inheritance.KIND),),
    )


@pytest.mark.parametrize(("written", "blocks"), [(True, True), (1, True), ("Yes", True), (0, False), ("No", False)])
def test_booleans_are_read_as_numbers_and_words_too(tmp_path: Path, written: object, blocks: bool) -> None:
    reading = take(inheritance.take, tmp_path, {"i.json": [inherits(f"OU=W,{DC}", written, [])]})
    assert soms(reading) == [Som(path="contoso.com/W", blocks_inheritance=blocks, links=[])]


def test_a_single_link_may_stand_without_a_list(tmp_path: Path) -> None:
    reading = take(inheritance.take, tmp_path, {"i.json": inherits(DC, False, link(A, 1))})
    assert soms(reading) == [Som(path="contoso.com", blocks_inheritance=False, links=[LinkEntry(gpo=A)])]


def test_inherited_links_tell_the_containers_above(tmp_path: Path) -> None:
    reaching = [link(C, 1, Enforced=True), link(A, 2, f"OU=W,{DC}"), link(B, 3)]
    reading = take(inheritance.take, tmp_path, {"i.json": inherits(f"OU=W,{DC}", False, [link(A, 1)], reaching)})
    assert soms(reading) == [
        Som(path="contoso.com/W", blocks_inheritance=False, links=[LinkEntry(gpo=A)]),
        Som(path="contoso.com", links=[LinkEntry(gpo=C, enforced=True), LinkEntry(gpo=B)]),
    ]


def test_powershell_5_writes_utf16(tmp_path: Path) -> None:
    (tmp_path / "i.json").write_bytes(json.dumps(inherits(DC, False, [link(A, 1)])).encode("utf-16"))
    reading, _ = inheritance.take([Source("i.json", tmp_path / "i.json")])
    assert soms(reading) == [Som(path="contoso.com", blocks_inheritance=False, links=[LinkEntry(gpo=A)])]


def test_an_object_without_a_container_makes_the_file_unread(tmp_path: Path) -> None:
    reading = take(inheritance.take, tmp_path, {"i.json": [inherits("nowhere", False, []), inherits(DC, True, [])]})
    message = "tells no container by its distinguished name"
    assert reading.files == (FileRecord("i.json", "unread", inheritance.KIND, message),)
    assert reading.problems[0] == Problem("RD027", message, Evidence("i.json", JsonAt("/0")))
    assert soms(reading) == [Som(path="contoso.com", blocks_inheritance=True, links=[])]


# BloodHound


def collection(kind: str, *objects: dict[str, object]) -> dict[str, object]:
    return {"data": list(objects), "meta": {"methods": 0, "type": kind, "count": len(objects), "version": 6}}


def unit(dn: str, *links: tuple[str, bool], **properties: object) -> dict[str, object]:
    named = [{"GUID": guid, "IsEnforced": enforced} for guid, enforced in links]
    return {"Properties": {"distinguishedname": dn.upper(), **properties}, "Links": named}


def hound_gpo(id_: str, gpo: str, name: str) -> dict[str, object]:
    dn = f"CN={gpo},CN=POLICIES,CN=SYSTEM,{DC.upper()}"
    return {"ObjectIdentifier": id_, "Properties": {"distinguishedname": dn, "name": f"{name}@CONTOSO.COM"}}


def test_links_are_joined_by_the_objects_guid(tmp_path: Path) -> None:
    reading = take(
        bloodhound.take,
        tmp_path,
        {
            "gpos.json": collection("gpos", hound_gpo("O-1", A, "BASE"), hound_gpo("O-2", B, "LAPTOPS")),
            "ous.json": collection("ous", unit(f"OU=W,{DC}", ("o-1", True), ("O-2", False), blocksinheritance=True)),
            "domains.json": collection("domains", unit(DC)),
        },
    )
    assert soms(reading) == [
        Som(path="CONTOSO.COM", blocks_inheritance=False, links=[]),
        Som(
            path="CONTOSO.COM/W",
            blocks_inheritance=True,
            links=[LinkEntry(gpo=B), LinkEntry(gpo=A, enforced=True)],
            raw_order=True,
        ),
    ]
    assert [(gpo.id, gpo.name, gpo.domain) for gpo in reading.directory] == [
        (A, "BASE", "contoso.com"),
        (B, "LAPTOPS", "contoso.com"),
    ]
    assert reading.problems == ()


def test_links_to_unknown_objects_are_told_in_their_place(tmp_path: Path) -> None:
    files: dict[str, object] = {
        "gpos.json": collection("gpos", hound_gpo("O-1", A, "BASE")),
        "ous.json": collection("ous", unit(f"OU=W,{DC}", ("", False), ("O-9", False), ("O-1", False))),
    }
    reading = take(bloodhound.take, tmp_path, files)
    assert soms(reading) == [Som(path="CONTOSO.COM/W", links=[LinkEntry(gpo=A)])]
    assert reading.problems == (
        Problem(
            "RD017",
            "CONTOSO.COM/W links a GPO that does not exist any more",
            Evidence("ous.json", JsonAt("/data/0/Links/0")),
        ),
        Problem(
            "RD017",
            "CONTOSO.COM/W links the object O-9, which gpos.json does not hold",
            Evidence("ous.json", JsonAt("/data/0/Links/1")),
        ),
    )


def test_without_gpos_no_link_is_known(tmp_path: Path) -> None:
    reading = take(bloodhound.take, tmp_path, {"ous.json": collection("ous", unit(f"OU=W,{DC}", ("O-1", False)))})
    assert soms(reading) == [Som(path="CONTOSO.COM/W")]
    message = "gpos.json is missing in this folder, so which policies the containers link is not known"
    assert reading.problems == (Problem("RD017", message, Evidence("ous.json")),)


def test_groups_list_members_by_account_name(tmp_path: Path) -> None:
    group: dict[str, object] = {
        "ObjectIdentifier": "S-1-5-21-1-2-3-1105",
        "Properties": {"name": "PILOT@CONTOSO.COM", "samaccountname": "Pilot"},
        "Members": [{"ObjectIdentifier": "S-1-5-21-1-2-3-1200"}, {"ObjectIdentifier": "S-1-5-21-1-2-3-1300"}],
    }
    computer: dict[str, object] = {
        "ObjectIdentifier": "S-1-5-21-1-2-3-1200",
        "Properties": {"samaccountname": "LON-0001$"},
    }
    files: dict[str, object] = {
        "groups.json": collection("groups", group),
        "computers.json": collection("computers", computer),
    }
    (described,) = take(bloodhound.take, tmp_path, files).described
    assert described.topology.group == [
        GroupEntry(name="Pilot", id="S-1-5-21-1-2-3-1105", members=["LON-0001$", "S-1-5-21-1-2-3-1300"])
    ]


def test_other_json_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"data": [], "meta": {"type": "things"}}))
    source = Source("a.json", tmp_path / "a.json")
    assert bloodhound.take([source]) == (Reading(), [source])
    assert inheritance.take([source]) == (Reading(), [source])


def test_a_real_collection_gives_its_containers(sample_data: Path) -> None:
    estate = read(["gpohound-goad"], base=sample_data / "gpo")
    linked = [som for som in estate.topology.som if som.links]
    assert sum(len(som.links or ()) for som in linked) == 17
    assert sorted(som.path.partition("/")[2] for som in linked) == [
        "",
        "DEMO/COMPUTER",
        "DEMO/COMPUTER/SERVERS",
        "DEMO/COMPUTER/SERVERS/LYON",
        "DEMO/COMPUTER/SERVERS/PARIS",
        "DEMO/COMPUTER/WORKSTATION/LYON",
        "DEMO/COMPUTER/WORKSTATION/PARIS",
        "DOMAIN CONTROLLERS",
    ]
    assert [som.path.partition("/")[2] for som in linked if any(entry.enforced for entry in som.links or ())] == [
        "DEMO/COMPUTER/WORKSTATION/LYON",
        "DEMO/COMPUTER",
    ]
    assert [som.path.partition("/")[2] for som in estate.topology.som if som.blocks_inheritance] == [
        "DEMO/COMPUTER/SERVERS/PARIS"
    ]
    assert [p.message.partition("/")[2] for p in estate.problems if p.rule == "RD017"] == [
        "DEMO/COMPUTER/SERVERS/PARIS links a GPO that does not exist any more"
    ]
    assert all(policy.name != policy.id for policy in estate.policies)


# gpresult


def rsop(*results: str) -> str:
    body = "".join(results)
    return f'<?xml version="1.0" encoding="utf-16"?><Rsop xmlns="{RSOP}">{body}</Rsop>'


RSOP = "http://www.microsoft.com/GroupPolicy/Rsop"
TYPES = "http://www.microsoft.com/GroupPolicy/Types"
COMPUTER = f"""<ComputerResults><Name>CONTOSO\\LON-0001$</Name><SOM>contoso.com/W</SOM><Site>London</Site>
<SearchedSOM><Path>Local</Path><Type>Local</Type><BlocksInheritance>false</BlocksInheritance></SearchedSOM>
<SearchedSOM><Path>contoso.com/W</Path><Type>OU</Type><BlocksInheritance>true</BlocksInheritance></SearchedSOM>
<SecurityGroup><SID xmlns="{TYPES}">S-1-5-11</SID></SecurityGroup></ComputerResults>"""
USER = f"""<UserResults><Name>CONTOSO\\ann</Name><SOM>contoso.com/People</SOM>
<SecurityGroup><SID xmlns="{TYPES}">S-1-5-21-1-2-3-513</SID></SecurityGroup></UserResults>"""


def test_gpresult_tells_one_more_target(tmp_path: Path) -> None:
    reading = take(gpresult.take, tmp_path, {"r.xml": rsop(COMPUTER, USER)})
    target = Target(
        name="CONTOSO\\LON-0001$ and CONTOSO\\ann",
        device="contoso.com/W",
        device_name="LON-0001$",
        user="contoso.com/People",
        user_name="ann",
        site="London",
        groups=["S-1-5-11", "S-1-5-21-1-2-3-513"],
        observed=True,
    )
    told = Topology(som=[Som(path="contoso.com/W", blocks_inheritance=True)], target=[target])
    assert reading == Reading(
        described=(Described(told, Evidence("r.xml")),),
        observations=(Observation(target.name, ObservedSide(), ObservedSide(), Evidence("r.xml", XmlAt(()))),),
        files=(FileRecord("r.xml", "read", gpresult.KIND),),
    )


def test_a_report_without_any_placement_is_unread(tmp_path: Path) -> None:
    reading = take(gpresult.take, tmp_path, {"r.xml": rsop("<ReadTime/>")})
    message = "a gpresult report that names neither the computer's container nor the user's"
    assert reading == Reading(
        problems=(Problem("RD027", message, Evidence("r.xml")),),
        files=(FileRecord("r.xml", "unread", gpresult.KIND, message),),
    )


def test_a_real_report_gives_its_target(sample_data: Path) -> None:
    estate = read(["laymanstake-rsop"], base=sample_data / "gpo")
    (target,) = estate.topology.target
    assert (target.name, target.device, target.site, len(target.groups or ())) == (
        "CHILD\\CHILDDC$",
        "Child.ADLAB.local/Domain Controllers",
        "London",
        14,
    )


# WMI filters

MOF = r"""
instance of MSFT_SomFilter
{
	Domain = "contoso.com";
	ID = "{aaaaaaaa-0000-0000-0000-000000000001}";
	Name = "Laptops \"all\"";
	Rules = {
instance of MSFT_Rule
{
	Query = "SELECT * FROM Win32_Battery WHERE Caption like \"10%\"";
	QueryLanguage = "WQL";
	TargetNameSpace = "root\\CIMv2";
}};
};
"""


def test_an_exported_filter_tells_its_name_and_queries(tmp_path: Path) -> None:
    reading = take(wmi_mof.take, tmp_path, {"Laptops.mof": MOF})
    query = 'SELECT * FROM Win32_Battery WHERE Caption like "10%"'
    assert reading == Reading(
        wmi_queries=(WmiQuery(A, 'Laptops "all"', (query,), Evidence("Laptops.mof", LineAt(2))),),
        files=(FileRecord("Laptops.mof", "read", wmi_mof.KIND),),
    )


def test_a_mof_without_a_filter_is_unread(tmp_path: Path) -> None:
    message = "holds no WMI filter (MSFT_SomFilter) with an id and a name"
    reading = take(wmi_mof.take, tmp_path, {"a.mof": "class X {};"})
    assert reading.files == (FileRecord("a.mof", "unread", wmi_mof.KIND, message),)


def test_every_real_filter_is_read(sample_data: Path) -> None:
    folder = sample_data / "gpo" / "hardenad-1" / "WmiFilters"
    files = sorted(folder.rglob("*.mof"))
    reading, rest = wmi_mof.take([Source(file.name, file) for file in files])
    assert (reading.problems, rest) == ((), [])
    assert [record.status for record in reading.files] == ["read"] * 41
    assert [query.name for query in reading.wmi_queries] == [file.stem for file in files]
    assert all(query.queries for query in reading.wmi_queries)


# What comes of it

KEY = "SOFTWARE\\Policies\\Contoso"
WHOLE = ("objectCategory", f"CN=X,{DC}")
LAPTOPS = f"{B[:-2]}7}}"


def sysvol(folder: Path, **values: int) -> None:
    """A copy of SYSVOL: one GPO for each name in A to C."""
    for name, value in values.items():
        machine = folder / "Policies" / {"A": A, "B": B, "C": C}[name] / "Machine"
        machine.mkdir(parents=True)
        (machine.parent / "GPT.INI").write_bytes(b"[General]\r\nVersion=1\r\n")
        (machine / "Registry.pol").write_bytes(pol(dword(KEY, "V", value)))


def container(id_: str, name: str, *more: tuple[str, str]) -> tuple[str, list[tuple[str, str | bytes]]]:
    applies = "D:(A;;RPLCLORC;;;AU)(OA;;CR;edacfd8f-ffb3-11d1-b41d-00a0c968f939;;AU)"
    told = [("displayName", name), ("flags", "0"), ("nTSecurityDescriptor", applies), *more]
    return f"CN={id_},CN=Policies,CN=System,{DC}", list(told)


def directory(folder: Path, *links: tuple[str, int]) -> None:
    text = ldif(
        (DC, [WHOLE]),
        (f"OU=W,{DC}", [("gPLink", gplink(*links)), WHOLE]),
        (f"OU=London,OU=W,{DC}", [WHOLE]),
        container(A, "Base"),
        container(B, "Laptops", ("gPCWQLFilter", f"[contoso.com;{LAPTOPS};0]")),
        (f"CN={LAPTOPS},CN=SOM,CN=WMIPolicy,CN=System,{DC}", [("msWMI-ID", LAPTOPS), ("msWMI-Name", "Has battery")]),
    )
    (folder / "contoso.ldif").write_text(text, "utf-8")


def test_the_directory_completes_a_copy_of_sysvol(tmp_path: Path) -> None:
    sysvol(tmp_path, A=1, B=2)
    directory(tmp_path, (A, 0), (B, 0))
    estate = read(["."], base=tmp_path)
    everyone = Filtering(("S-1-5-11",), (), ("S-1-5-11",))
    assert [(p.name, p.id, p.domain, p.disabled_sides, p.filtering, p.wmi_filter) for p in estate.policies] == [
        ("Base", A, "contoso.com", frozenset[Scope](), everyone, None),
        ("Laptops", B, "contoso.com", frozenset[Scope](), everyone, "Has battery"),
    ]


def test_an_extension_that_the_directory_does_not_register_does_not_apply(tmp_path: Path) -> None:
    sysvol(tmp_path, A=1, B=2)
    listed = "gPCMachineExtensionNames", f"[{REGISTRY_CSE}{TOOL}]"
    gpos = container(A, "Base", WHOLE, listed), container(B, "Laptops", WHOLE)
    (tmp_path / "contoso.ldif").write_text(ldif(*gpos), "utf-8")
    estate = read(["."], base=tmp_path)
    assert [(policy.name, [claim.value for claim in policy.claims]) for policy in estate.policies] == [
        ("Base", [1]),
        ("Laptops", []),
    ]
    message = (
        "1 setting does not apply: the directory does not register the client-side extension 'Registry' "
        f"{REGISTRY_CSE} for the GPO's computer side"
    )
    path = f"Policies/{B}/Machine/Registry.pol"
    assert [p for p in estate.problems if p.rule == "RD006"] == [Problem("RD006", message, Evidence(path), B)]


def test_a_gpo_may_be_linked_where_an_export_of_one_ou_does_not_look(tmp_path: Path) -> None:
    sysvol(tmp_path, A=1)
    (tmp_path / "ou.ldif").write_text(ldif((f"OU=W,{DC}", [("gPLink", gplink((B, 0))), WHOLE])), "utf-8")
    estate = read(["."], base=tmp_path)
    (setting,) = resolve(rank(estate, find_target("contoso.com/W", estate))).settings
    assert (setting.state, setting.value) == ("conditional", 1)
    assert f'link of "{A}"' in setting.conditions


def test_links_of_the_directory_to_gpos_that_are_not_there_are_told_once(tmp_path: Path) -> None:
    sysvol(tmp_path, A=1)
    directory(tmp_path, (A, 0), (B, 0), (C, 0))
    estate = read(["."], base=tmp_path)
    lost = "which is not among the policies that were read"
    assert [p.message for p in estate.problems if p.rule == "RD017"] == [
        f"contoso.com/W links the GPO '{B}' (Laptops), {lost}",
        f"contoso.com/W links the GPO '{C}', {lost}",
    ]


def value_at(folder: Path, order: str | None) -> tuple[str, object, list[str]]:
    estate = read(["."], base=folder, gplink_order=order)  # type: ignore[arg-type]  # parametrised as text
    effective = resolve(rank(estate, find_target("contoso.com/W", estate)))
    (setting,) = effective.settings
    return setting.state, setting.value, sorted(setting.conditions)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, ("conditional", 3, ["raw gPLink order"])),
        ("last-wins", ("determined", 3, [])),
        ("first-wins", ("determined", 1, [])),
    ],
)
def test_raw_link_order_is_certain_only_when_somebody_says_it(
    tmp_path: Path, order: str | None, expected: tuple[str, object, list[str]]
) -> None:
    sysvol(tmp_path, A=1, C=3)
    directory(tmp_path, (A, 0), (C, 0))
    text = (tmp_path / "contoso.ldif").read_text("utf-8")
    dn, attributes = container(C, "Strong")
    (tmp_path / "contoso.ldif").write_text(text + ldif((dn, attributes)), "utf-8")
    (tmp_path / "topology.toml").write_text('[[target]]\nname = "contoso.com/W"\ndevice = "contoso.com/W"\n')
    state, value, conditions = value_at(tmp_path, order)
    assert (state, value, conditions) == expected


def test_the_command_line_says_which_end_of_gplink_wins(tmp_path: Path) -> None:
    sysvol(tmp_path, A=1, B=3)
    (tmp_path / "contoso.ldif").write_text(
        ldif((DC, [WHOLE]), (f"OU=W,{DC}", [("gPLink", gplink((A, 0), (B, 0))), WHOLE])), "utf-8"
    )
    values = {}
    for order in ("last-wins", "first-wins"):
        command = ["resolve", str(tmp_path), "--for", "contoso.com/W", "--gplink-order", order, "-o", "json"]
        (setting,) = json.loads(CliRunner().invoke(cli, command).stdout)["settings"]
        values[order] = setting["value"], RAW_ORDER in setting["conditions"]
    assert values == {"last-wins": (3, False), "first-wins": (1, False)}


def test_containers_where_nothing_happens_are_no_targets_and_can_be_asked_for(tmp_path: Path) -> None:
    sysvol(tmp_path, A=1)
    directory(tmp_path, (A, 0))
    estate = read(["."], base=tmp_path)
    assert [target.name for target in targets(estate)] == ["contoso.com", "contoso.com/W"]
    assert find_target("London", estate) == Target(
        name="contoso.com/W/London", device="contoso.com/W/London", user="contoso.com/W/London"
    )


def test_what_is_written_down_goes_before_what_is_exported(tmp_path: Path) -> None:
    sysvol(tmp_path, A=1, B=2)
    directory(tmp_path, (A, 0), (B, 0))
    (tmp_path / "topology.toml").write_text('[[som]]\npath = "CONTOSO.com/w"\nlinks = [{ gpo = "Base" }]\n')
    som = read(["."], base=tmp_path).topology.som_at("contoso.com/W")
    assert som == Som(path="CONTOSO.com/w", blocks_inheritance=False, links=[LinkEntry(gpo="Base")])


def test_an_observed_target_stands_beside_the_others(tmp_path: Path) -> None:
    sysvol(tmp_path, A=1)
    directory(tmp_path, (A, 0))
    (tmp_path / "r.xml").write_text(rsop(COMPUTER))
    assert [target.name for target in targets(read(["."], base=tmp_path))] == [
        "contoso.com",
        "contoso.com/W",
        "CONTOSO\\LON-0001$",
    ]


def test_only_groups_that_somebody_asks_for_are_kept(tmp_path: Path) -> None:
    sysvol(tmp_path, A=1)
    directory(tmp_path, (A, 0))
    groups = [
        (f"CN={name},{DC}", [("objectClass", "group"), WHOLE, ("sAMAccountName", name), *more])
        for name, more in (
            ("Pilot", [("member", f"CN=Inner,{DC}")]),
            ("Inner", []),
            ("Other", []),
        )
    ]
    text = (tmp_path / "contoso.ldif").read_text("utf-8") + ldif(*groups)
    (tmp_path / "contoso.ldif").write_text(text, "utf-8")
    (tmp_path / "topology.toml").write_text('[[target]]\nname = "T"\ngroups = ["Pilot"]\n')
    assert [group.name for group in read(["."], base=tmp_path).topology.group] == ["Pilot", "Inner"]


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_never_ends_in_an_exception(tmp_path: Path, data: st.DataObject) -> None:
    files = {
        "i.json": json.dumps([inherits(DC, False, [link(A, 1)], [link(B, 1)])]),
        "ous.json": json.dumps(collection("ous", unit(f"OU=W,{DC}", ("O-1", True)))),
        "gpos.json": json.dumps(collection("gpos", hound_gpo("O-1", A, "BASE"))),
        "r.xml": rsop(COMPUTER, USER),
        "a.mof": MOF,
        "c.ldif": ldif((DC, [("gPLink", gplink((A, 0))), ("objectSid", b"\1\1\0\0\0\0\0\5\1\0\0\0")])),
    }
    for name, text in files.items():
        changed = bytearray(text.encode())
        for _ in range(data.draw(st.integers(0, 4))):
            at = data.draw(st.integers(0, len(changed) - 1))
            changed[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        (tmp_path / name).write_bytes(bytes(changed))
    estate = read(["."], base=tmp_path)
    assert {record.path for record in estate.files} == set(files)
