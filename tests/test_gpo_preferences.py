"""Reading Group Policy Preferences: items of every kind, actions, collections, targeting and stored passwords."""

from __future__ import annotations

import base64
from collections import Counter
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from policylint.errors import ReadError
from policylint.evidence import Evidence, XmlAt
from policylint.facts import ALWAYS, Is, Not, every, holds
from policylint.masks import MASK
from policylint.model import Claim, FileRecord, Problem, Scope, Value, setting_id
from policylint.readers import read as read_estate
from policylint.readers.gpo.cse import PREFERENCES
from policylint.readers.gpo.preference_items import SHAPES
from policylint.readers.gpo.preferences import Preferences, read
from policylint.readers.source import Source
from policylint.readers.xml import parse
from tests.gpo_take import take_backups, take_trees
from tests.gpo_writer import BackupWriter, sources, write

SOURCE = Source("gpo/Preferences.xml", Path("gpo/Preferences.xml"))
REGISTRY = "{B087BE9D-ED37-454F-AF9C-04291E351182}"
PUBLISHED_KEY = bytes.fromhex("4e9906e8fcb66cc9faf49310620ffee8f496e806cc057990209b09a433b66c1b")
"""The key that Microsoft published, [MS-GPPREF] 2.2.1.1.4."""
CPASSWORD = "j1Uyj3Vx8TY9LtLZil2uAuZkFQA/4latT76ZwgdHdhw"
GROUP_FILTER = '<Filters><FilterGroup bool="AND" not="0" name="CONTOSO\\Pilot"/></Filters>'


def found(xml: str, scope: Scope = Scope.DEVICE, folder: str = "Windows Registry") -> Preferences:
    return read(f"<Root>{xml}</Root>".encode(), scope, SOURCE, folder, "Base")


def claims(xml: str) -> dict[str, Value]:
    return {claim.setting.text: claim.value for claim in found(xml).claims}


OFF = 'disabled="1"'


def value(action: str, data: str = "00000001", filters: str = "", attributes: str = "", name: str = "V") -> str:
    return (
        f'<Registry name="{name}" {attributes}><Properties action="{action}" hive="HKEY_LOCAL_MACHINE" key="K" '
        f'name="V" default="0" type="REG_DWORD" value="{data}"/>{filters}</Registry>'
    )


def state(xml: str) -> list[tuple[Value, bool, bool, object]]:
    return [(claim.value, claim.absent, claim.soft, claim.when) for claim in found(xml).claims]


def test_a_registry_item_is_a_claim_with_its_typed_value_and_its_place() -> None:
    assert found(value("U", "0000000A"), Scope.USER) == Preferences(
        (
            Claim(
                setting_id(r"gpp:Registry/HKLM\K!V"),
                Scope.USER,
                10,
                "REG_DWORD",
                Evidence("gpo/Preferences.xml", XmlAt((0,))),
                origin="V",
            ),
        )
    )


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ('type="REG_DWORD" value="00000010"', 16),
        ('type="REG_QWORD" value="0000000100000000"', 1 << 32),
        ('type="REG_SZ" value="text"', "text"),
        ('type="REG_EXPAND_SZ" value="%windir%"', "%windir%"),
        ('type="REG_BINARY" value="01FF"', b"\x01\xff"),
        ('type="REG_BINARY" value=""', b""),
        ('type="REG_MULTI_SZ" value="a b"><Values><Value>a</Value><Value>b</Value></Values', ("a", "b")),
        ('type="REG_MULTI_SZ" value=""', ()),
    ],
)
def test_registry_data_has_the_value_of_its_type(properties: str, expected: Value) -> None:
    item = f'<Registry name="V"><Properties action="U" hive="HKEY_CURRENT_USER" key="K" name="V" {properties}'
    item += "></Properties></Registry>"
    assert claims(item) == {r"gpp:Registry/HKCU\K!V": expected}


@pytest.mark.parametrize("data", ['type="REG_DWORD" value="12x"', 'type="REG_BINARY" value="010"'])
def test_registry_data_that_is_none_of_its_type_is_reported_and_not_claimed(data: str) -> None:
    item = f'<Registry name="V"><Properties action="U" hive="HKEY_LOCAL_MACHINE" key="K" name="V" {data}/></Registry>'
    result = found(item)
    assert (result.claims, [(p.rule, p.evidence.place) for p in result.problems]) == ((), [("RD012", XmlAt((0,)))])


def test_the_default_value_and_the_key_itself_have_ids_of_their_own() -> None:
    at = 'hive="HKEY_CLASSES_ROOT" key="\\.386\\" type="REG_SZ" value="x"'
    items = f'<Registry name="a"><Properties action="U" {at} name="" default="1"/></Registry>'
    items += f'<Registry name="b"><Properties action="U" {at} name="" default="0"/></Registry>'
    assert claims(items) == {r"gpp:Registry/HKCR\.386!": "x", r"gpp:Registry/HKCR\.386": "x"}


ITEMS = {
    '<Group name="x"><Properties action="U" groupSid="S-1-5-32-544" groupName="Administrateurs (intégré)"/></Group>': (
        "gpp:Groups/Administrators (built-in)"
    ),
    '<Group name="x"><Properties action="U" groupSid="" groupName="App users"/></Group>': "gpp:Groups/App users",
    '<User name="x"><Properties action="U" userName="Svc"/></User>': "gpp:Users/Svc",
    '<Drive name="x"><Properties action="U" path="\\\\s\\d" useLetter="1" letter="n"/></Drive>': "gpp:Drives/N:",
    '<Drive name="x"><Properties action="U" path="\\\\s\\d" useLetter="0" letter="N"/></Drive>': r"gpp:Drives/\\s\d",
    '<Task name="x"><Properties action="U" name="A"/></Task>': "gpp:ScheduledTasks/A",
    '<TaskV2 name="x"><Properties action="U" name="A"/></TaskV2>': "gpp:ScheduledTasks/A",
    '<ImmediateTask name="x"><Properties name="A"/></ImmediateTask>': "gpp:ScheduledTasks/A",
    '<ImmediateTaskV2 name="A"><Properties action="C" name=""/></ImmediateTaskV2>': "gpp:ScheduledTasks/A",
    '<NTService name="x"><Properties serviceName="WinRM"/></NTService>': "gpp:Services/WinRM",
    '<Folder name="x"><Properties action="U" path="C:\\T"/></Folder>': r"gpp:Folders/C:\T",
    '<File name="x"><Properties action="U" fromPath="\\\\s\\a.txt" targetPath="C:\\b.txt"/></File>': (
        r"gpp:Files/C:\b.txt"
    ),
    '<File name="x"><Properties action="U" fromPath="\\\\s\\*.cmd" targetPath="C:\\T\\"/></File>': (
        r"gpp:Files/C:\T\*.cmd"
    ),
    '<Shortcut name="x"><Properties action="U" shortcutPath="%DesktopDir%\\A"/></Shortcut>': (
        r"gpp:Shortcuts/%DesktopDir%\A"
    ),
    '<EnvironmentVariable name="x"><Properties action="U" name="TEMP" value="C:\\T" user="0" partial="0"/>'
    "</EnvironmentVariable>": "gpp:EnvironmentVariables/TEMP",
    '<EnvironmentVariable name="x"><Properties action="U" name="TEMP" value="C:\\T" user="1" partial="0"/>'
    "</EnvironmentVariable>": "gpp:EnvironmentVariables/TEMP (user)",
    '<EnvironmentVariable name="x"><Properties action="U" name="PATH" value="C:\\T" user="0" partial="1"/>'
    "</EnvironmentVariable>": r"gpp:EnvironmentVariables/PATH+C:\T",
    '<Ini name="x"><Properties action="U" path="C:\\a.ini" section="s" property="p" value="v"/></Ini>': (
        r"gpp:IniFiles/C:\a.ini[s]p"
    ),
    '<PowerScheme name="x"><Properties action="U" name="Lab"/></PowerScheme>': "gpp:PowerOptions/Lab",
    '<GlobalPowerOptions name="x"><Properties hibernate="1"/></GlobalPowerOptions>': (
        "gpp:PowerOptions/GlobalPowerOptions"
    ),
    '<GlobalPowerOptionsV2 name="x"><Properties action="U" nameGuid="{1}"/></GlobalPowerOptionsV2>': (
        "gpp:PowerOptions/{1}"
    ),
    '<SharedPrinter name="x"><Properties action="U" path="\\\\s\\p"/></SharedPrinter>': r"gpp:Printers/\\s\p",
    '<PortPrinter name="x"><Properties action="U" ipAddress="10.0.0.9"/></PortPrinter>': "gpp:Printers/10.0.0.9",
    '<LocalPrinter name="x"><Properties action="U" name="L"/></LocalPrinter>': "gpp:Printers/L",
    '<NetShare name="x"><Properties action="U" name="S"/></NetShare>': "gpp:NetworkShares/S",
    '<DataSource name="x"><Properties action="U" dsn="D"/></DataSource>': "gpp:DataSources/D",
    '<Device name="x"><Properties deviceAction="DISABLE" deviceClassGUID="{2}" deviceTypeID=""/></Device>': (
        "gpp:Devices/{2}"
    ),
    '<GlobalFolderOptions name="x"><Properties hidden="1"/></GlobalFolderOptions>': (
        "gpp:FolderOptions/GlobalFolderOptions"
    ),
    '<GlobalFolderOptionsVista name="x"><Properties hidden="1"/></GlobalFolderOptionsVista>': (
        "gpp:FolderOptions/GlobalFolderOptionsVista"
    ),
    '<OpenWith name="x"><Properties action="U" fileExtension="txt"/></OpenWith>': "gpp:FolderOptions/txt",
    '<FileType name="x"><Properties action="U" fileExt="log"/></FileType>': "gpp:FolderOptions/log",
    '<DUN name="x"><Properties action="U" name="Dial"/></DUN>': "gpp:NetworkOptions/Dial",
    '<VPN name="x"><Properties action="U" name="Vpn"/></VPN>': "gpp:NetworkOptions/Vpn",
    '<Internet name="x"><Properties a="1"/></Internet>': "gpp:InternetSettings/Internet",
    '<IE7 name="x"><Properties a="1"/></IE7>': "gpp:InternetSettings/IE7",
    '<IE8 name="x"><Properties a="1"/></IE8>': "gpp:InternetSettings/IE8",
    '<IE10 name="x"><Properties a="1"/></IE10>': "gpp:InternetSettings/IE10",
    '<RegionalOptions name="x"><Properties locale="1"/></RegionalOptions>': "gpp:RegionalOptions/RegionalOptions",
    '<StartMenu name="x"><Properties a="1"/></StartMenu>': "gpp:StartMenu/StartMenu",
    '<StartMenuVista name="x"><Properties a="1"/></StartMenuVista>': "gpp:StartMenu/StartMenuVista",
    '<Application name="x"><Properties action="U" name="App"/></Application>': "gpp:Applications/App",
}


@pytest.mark.parametrize(("xml", "setting"), ITEMS.items())
def test_every_kind_of_item_is_named_by_what_it_configures(xml: str, setting: str) -> None:
    assert list(claims(xml)) == [setting]


def test_the_items_of_these_tests_are_all_that_the_reader_knows() -> None:
    assert {str(parse(xml.encode()).tag) for xml in ITEMS} | {"Registry"} == set(SHAPES)


def test_an_item_of_an_unknown_kind_is_named_by_its_folder_and_its_own_name() -> None:
    result = found('<Gadget name="G"><Properties size="2"/></Gadget>', folder="Start Menu")
    assert [(claim.setting.text, claim.value) for claim in result.claims] == [("gpp:StartMenu/G", ("size=2",))]


def test_an_item_that_does_not_say_what_it_is_about_is_reported() -> None:
    result = found('<Folder><Properties action="U" path=""/></Folder>')
    message = "an item of the kind 'Folder' does not say what it is about"
    assert result == Preferences((), (Problem("RD012", message, SOURCE.at(XmlAt((0,)))),))


def test_what_an_item_sets_is_all_it_says_without_empty_properties_and_the_action() -> None:
    item = '<NTService name="x"><Properties startupType="NOCHANGE" serviceName="W" serviceAction="STOP" args=""/>'
    assert claims(f"{item}</NTService>") == {"gpp:Services/W": ("serviceAction=STOP", "serviceName=W")}


def test_the_definition_of_a_task_is_part_of_its_value() -> None:
    actions = "<Exec><Command>a.exe</Command></Exec><Exec><Command>b.exe</Command><Arguments>/q</Arguments></Exec>"
    item = f'<TaskV2><Properties action="R" name="T"><Task version="1.2"><Actions>{actions}</Actions></Task>'
    assert claims(f"{item}</Properties></TaskV2>") == {
        "gpp:ScheduledTasks/T": (
            "name=T",
            "Task/Actions/Exec[1]/Command=a.exe",
            "Task/Actions/Exec[2]/Arguments=/q",
            "Task/Actions/Exec[2]/Command=b.exe",
            "Task@version=1.2",
        )
    }


def test_members_of_a_group_are_settings_of_their_own() -> None:
    members = '<Member name="C\\Ops" action="ADD" sid="S-1-5-21-1-2-3-9"/><Member name="Old" action="REMOVE" sid=""/>'
    item = f'<Group name="x"><Properties action="U" groupName="App" removeAccounts="0"><Members>{members}</Members>'
    result = found(f"{item}</Properties></Group>")
    assert [(c.setting.text, c.value, c.type, c.evidence.place, c.origin) for c in result.claims] == [
        ("gpp:Groups/App", ("groupName=App", "removeAccounts=0"), "Group", XmlAt((0,)), "x"),
        ("gpp:Groups/App/S-1-5-21-1-2-3-9", "ADD", "Member", XmlAt((0, 0, 0, 0)), "C\\Ops"),
        ("gpp:Groups/App/Old", "REMOVE", "Member", XmlAt((0, 0, 0, 1)), "Old"),
    ]


def test_a_deleted_group_has_no_members() -> None:
    members = '<Members><Member name="a" action="ADD" sid=""/></Members>'
    item = f'<Group name="x"><Properties action="D" groupName="App">{members}</Properties></Group>'
    assert [(c.setting.text, c.value, c.absent) for c in found(item).claims] == [("gpp:Groups/App", None, True)]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("U", [(1, False, False, ALWAYS)]),
        ("R", [(1, False, False, ALWAYS)]),
        ("C", [(1, False, True, ALWAYS)]),
        ("D", [(None, True, False, ALWAYS)]),
    ],
)
def test_each_action_has_its_kind_of_claim(action: str, expected: list[object]) -> None:
    assert state(value(action)) == expected


def test_of_two_items_on_one_thing_the_later_one_wins() -> None:
    assert state(value("U") + value("U", "00000002")) == [(2, False, False, ALWAYS)]


def test_create_leaves_what_an_earlier_item_wrote() -> None:
    assert state(value("U") + value("C", "00000002")) == [(1, False, False, ALWAYS)]


def test_create_writes_what_an_earlier_item_deleted() -> None:
    assert state(value("D") + value("C", "00000002")) == [(2, False, False, ALWAYS)]


def test_a_targeted_item_replaces_an_earlier_one_only_where_it_applies() -> None:
    fact = Is('item-level targeting of "Base: V"')
    assert state(value("U") + value("U", "00000002", GROUP_FILTER)) == [
        (1, False, False, Not(fact)),
        (2, False, False, fact),
    ]


def test_items_of_one_name_with_different_filters_hang_on_different_facts() -> None:
    other = GROUP_FILTER.replace("Pilot", "Lab")
    result = found(value("U", filters=GROUP_FILTER) + value("D", filters=other) + value("U", "3", GROUP_FILTER))
    facts = [Is('item-level targeting of "Base: V"'), Is('item-level targeting of "Base: V" (2)')]
    assert [claim.when for claim in result.claims] == [every(facts[1], Not(facts[0])), facts[0]]


def test_filters_in_a_namespace_that_is_no_absolute_uri_are_filters() -> None:
    filters = GROUP_FILTER.replace("<Filters>", '<Filters xmlns="x y">')
    assert [c.when for c in found(value("U", filters=filters)).claims] == [Is('item-level targeting of "Base: V"')]


def test_filters_of_a_collection_count_for_all_below_it() -> None:
    inner = f'<Collection name="In">{value("U", filters=GROUP_FILTER)}</Collection>'
    result = found(f'<Collection name="Out">{GROUP_FILTER}{inner}</Collection>')
    out, item = Is('item-level targeting of "Base: Out"'), Is('item-level targeting of "Base: V"')
    assert [(c.when, c.evidence.place) for c in result.claims] == [(every(out, item), XmlAt((0, 1, 0)))]


@pytest.mark.parametrize(
    "filters",
    [
        "<Filters/>",
        '<Filters><FilterOs hidden="1" not="0"/></Filters>',
        '<Filters><FilterCollection hidden="1"><FilterOs/></FilterCollection></Filters>',
        '<Filters><FilterCollection><FilterOs hidden="1"/></FilterCollection></Filters>',
        '<Filters><FilterRunOnce hidden="1" id="{1}"/></Filters>',
    ],
)
def test_filters_that_the_editor_added_make_no_condition(filters: str) -> None:
    assert [claim.when for claim in found(value("U", filters=filters)).claims] == [ALWAYS]


def test_how_an_item_is_applied_is_said_with_its_name() -> None:
    once = '<Filters><FilterRunOnce hidden="1"/></Filters>'
    result = found(value("U", filters=once, attributes='removePolicy="1" userContext="1" bypassErrors="0"'))
    assert [c.origin for c in result.claims] == [
        "V [in the user's context, removed when it no longer applies, applied once]"
    ]


@pytest.mark.parametrize(
    "xml",
    [
        f"<Root>{value('U', attributes=OFF)}</Root>",
        f'<Root><Collection name="c" disabled="1"><Collection name="d">{value("U")}</Collection></Collection></Root>',
        f'<Root disabled="1">{value("U")}</Root>',
    ],
)
def test_what_is_switched_off_claims_nothing_and_is_counted(xml: str) -> None:
    assert read(xml.encode(), Scope.DEVICE, SOURCE, "Windows Registry", "Base") == Preferences(off=1)


@pytest.mark.parametrize("title", sorted({title for title, _ in PREFERENCES.values()}))
def test_a_stored_password_is_found_in_every_kind_and_never_claimed(title: str) -> None:
    result = found(f'<Thing name="T"><Properties action="U" user="u" CPassword="{CPASSWORD}"/></Thing>', folder=title)
    told = (
        f"the preference 'T' ({title}) stores a password: everybody who can read the GPO can decrypt it, because "
        "Microsoft has published the key"
    )
    assert [(p.rule, p.message, p.evidence) for p in result.problems] == [("GP001", told, SOURCE.at(XmlAt((0, 0))))]
    assert [claim.value for claim in result.claims] == [(f"CPassword={MASK}", "user=u")]
    assert CPASSWORD not in repr(result)


def test_the_problem_of_a_password_names_its_setting() -> None:
    users = "".join(
        f'<User name="{name}"><Properties action="U" userName="{name}" cpassword="{CPASSWORD}"/></User>'
        for name in ("one", "two")
    )
    assert [p.setting for p in found(users).problems] == ["gpp:Users/one", "gpp:Users/two"]


def test_an_empty_cpassword_is_none() -> None:
    assert found('<User name="u"><Properties action="U" userName="u" cpassword=""/></User>').problems == ()


def test_a_password_of_an_item_that_is_off_is_found_all_the_same() -> None:
    off = f'<User name="u" disabled="1"><Properties action="U" userName="u" cpassword="{CPASSWORD}"/></User>'
    assert [p.rule for p in found(off).problems] == ["GP001"]


def test_the_password_of_a_data_source_is_masked() -> None:
    pair = '<Attribute name="Password" value="hunter2"/><Attribute name="Server" value="sql1"/>'
    item = f'<DataSource name="d"><Properties action="U" dsn="d"><Attributes>{pair}</Attributes></Properties>'
    assert claims(f"{item}</DataSource>")["gpp:DataSources/d"] == (
        "Attributes/Attribute[1]@name=Password",
        f"Attributes/Attribute[1]@value={MASK}",
        "Attributes/Attribute[2]@name=Server",
        "Attributes/Attribute[2]@value=sql1",
        "dsn=d",
    )


def test_what_is_no_xml_is_refused() -> None:
    with pytest.raises(ReadError, match="not well-formed XML"):
        read(b"<Groups>", Scope.DEVICE, SOURCE, "Local Users and Groups", "Base")


@given(st.lists(st.sampled_from(["<Registry>", "</Registry>", "<Properties a='D'/>", "<Filters/>", "<", "=", "x"])))
def test_no_text_ends_in_anything_but_an_answer_or_a_refusal(parts: list[str]) -> None:
    try:
        found("".join(parts))
    except ReadError as error:
        assert error.rule == "RD003"


_ITEM = st.tuples(st.sampled_from("URCD"), st.integers(1, 9), st.sampled_from(["", "Pilot", "Lab"]))


@given(st.lists(_ITEM, max_size=5), st.booleans(), st.booleans(), st.booleans())
def test_claims_of_a_file_amount_to_running_its_items_in_order(
    items: list[tuple[str, int, str]], pilot: bool, lab: bool, exists: bool
) -> None:
    """A machine that runs the items one after the other holds what the claims say for it."""
    on = {"": True, "Pilot": pilot, "Lab": lab}
    held = 0 if exists else None
    for action, number, group in items:
        if on[group]:
            held = None if action == "D" else held if action == "C" and held is not None else number
    xml = "".join(
        value(action, f"{number:08X}", GROUP_FILTER.replace("Pilot", group) if group else "", name=group)
        for action, number, group in items
    )
    assert _held(found(xml).claims, {"Pilot": pilot, "Lab": lab}, 0 if exists else None) == held


def _held(written: tuple[Claim, ...], on: dict[str, bool], before: Value) -> Value:
    world = {f'item-level targeting of "Base: {name}"': applies for name, applies in on.items()}
    hard = [c for c in written if not c.soft and holds(c.when, world)]
    soft = [c for c in written if c.soft and holds(c.when, world)]
    assert len(hard) + len(soft) <= 1
    if hard:
        return hard[0].value
    return soft[0].value if soft and before is None else before


def test_preferences_of_an_unregistered_extension_do_not_apply_and_still_give_passwords_away(tmp_path: Path) -> None:
    user = f'<Groups><User name="u"><Properties action="U" userName="u" cpassword="{CPASSWORD}"/></User></Groups>'
    path = "Machine/Preferences/Groups/Groups.xml"
    BackupWriter(files={path: user.encode()}).write(tmp_path)
    reading, _ = take_backups(sources(tmp_path))
    assert reading.policies[0].claims == ()
    assert [p.rule for p in reading.problems] == ["GP001", "RD006"]
    assert [r for r in reading.files if r.path.endswith("Groups.xml")] == [
        FileRecord(
            f"{{11111111-2222-3333-4444-555555555555}}/DomainSysvol/GPO/{path}",
            "ignored",
            "preferences: Local Users and Groups",
            "its client-side extension is not registered in the GPO",
        )
    ]


def test_an_older_backup_gives_its_passwords_away_too(tmp_path: Path) -> None:
    user = f'<Groups><User name="u"><Properties action="U" userName="u" cpassword="{CPASSWORD}"/></User></Groups>'
    files = {"Machine/Preferences/Groups/Groups.xml": user.encode(), "User/Preferences/Files/Files.xml": b"<Files"}
    BackupWriter(files=files, time="2023-01-01T00:00:00").write(tmp_path)
    BackupWriter(folder="{99999999-2222-3333-4444-555555555555}", time="2024-01-01T00:00:00").write(tmp_path)
    reading, _ = take_backups(sources(tmp_path))
    assert [p.rule for p in reading.problems] == ["RD013", "GP001"]


def test_the_side_of_preferences_is_that_of_their_folder(tmp_path: Path) -> None:
    xml = f"<RegistrySettings>{value('U')}</RegistrySettings>".encode()
    files = {"Machine/Preferences/Registry/Registry.xml": xml, "User/Preferences/Registry/Registry.xml": xml}
    BackupWriter(files=files, machine_cses=(REGISTRY,), user_cses=(REGISTRY,)).write(tmp_path)
    claimed = take_backups(sources(tmp_path))[0].policies[0].claims
    assert [(c.setting.text, c.scope) for c in claimed] == [
        (r"gpp:Registry/HKLM\K!V", Scope.DEVICE),
        (r"gpp:Registry/HKLM\K!V", Scope.USER),
    ]


def test_targeting_is_named_after_the_display_name_of_the_gpo(tmp_path: Path) -> None:
    xml = f"<RegistrySettings>{value('U', filters=GROUP_FILTER)}</RegistrySettings>".encode()
    BackupWriter(
        name="Kiosk", files={"Machine/Preferences/Registry/Registry.xml": xml}, machine_cses=(REGISTRY,)
    ).write(tmp_path)
    claimed = take_backups(sources(tmp_path))[0].policies[0].claims
    assert [c.when for c in claimed] == [Is('item-level targeting of "Kiosk: V"')]


def test_preferences_outside_of_a_gpo_are_a_policy_by_their_path(tmp_path: Path) -> None:
    path = "drop/User/Preferences/Registry/Registry.xml"
    off = value("U", attributes=OFF)
    write(tmp_path, {path: f"<RegistrySettings>{value('U')}{off}</RegistrySettings>".encode()})
    reading, rest = take_trees(sources(tmp_path))
    assert rest == []
    assert [(p.id, [(c.setting.text, c.scope) for c in p.claims]) for p in reading.policies] == [
        (path, [(r"gpp:Registry/HKLM\K!V", Scope.USER)])
    ]
    record = FileRecord(path, "read", "preferences: Windows Registry", "1 item is switched off", 1)
    assert reading.files == (record,)


def test_broken_preferences_hide_nothing_else(tmp_path: Path) -> None:
    xml = f"<RegistrySettings>{value('U')}</RegistrySettings>".encode()
    files = {"Machine/Preferences/Registry/Registry.xml": xml, "Machine/Preferences/Files/Files.xml": b"<Files"}
    cses = (REGISTRY, PREFERENCES["files"][1])
    BackupWriter(files=files, machine_cses=cses).write(tmp_path)
    reading, _ = take_backups(sources(tmp_path))
    assert [c.setting.text for c in reading.policies[0].claims] == [r"gpp:Registry/HKLM\K!V"]
    assert [(p.rule, p.evidence.path.rpartition("/")[2]) for p in reading.problems] == [("RD003", "Files.xml")]


# Real files


def _decrypted(cpassword: str) -> str:
    data = base64.b64decode(cpassword + "=" * (-len(cpassword) % 4))
    decryptor = Cipher(algorithms.AES(PUBLISHED_KEY), modes.CBC(bytes(16))).decryptor()
    plain = decryptor.update(data) + decryptor.finalize()
    return plain[: -plain[-1]].decode("utf-16-le")


def test_the_decryptor_of_these_tests_knows_microsofts_key() -> None:
    assert _decrypted(CPASSWORD) == "Local*P4ssword!"


def test_what_is_reported_as_a_password_in_real_files_is_one_and_no_other_is_missed(sample_data: Path) -> None:
    estate = read_estate(["gpo"], base=sample_data)
    reported = Counter(problem.evidence.path for problem in estate.problems if problem.rule == "GP001")
    stored = {path: _stored(sample_data / path) for path in _with_cpassword(sample_data) | set(reported)}
    assert reported == {path: len(texts) for path, texts in stored.items()}
    unreadable = {path for path, texts in stored.items() if not all(map(_is_text, texts))}
    assert {path.split("/")[1] for path in unreadable} == {"gpo-lens-synthetic"}  # made up, no ciphertext
    told = repr(estate.policies) + repr(estate.problems)
    assert [text for texts in stored.values() for text in texts if text in told] == []


def _stored(file: Path) -> list[str]:
    return [str(text) for e in parse(file.read_bytes()).iter() if (text := e.get("cpassword"))]


def _is_text(cpassword: str) -> bool:
    try:
        return _decrypted(cpassword).isprintable()
    except (ValueError, IndexError):
        return False


def _with_cpassword(sample_data: Path) -> set[str]:
    """The preferences with a password that is not empty, found by their bytes alone."""
    places = [(f, [part.casefold() for part in f.parts]) for f in (sample_data / "gpo").rglob("*.xml")]
    files = (f for f, parts in places if parts[-3] == "preferences" and parts[-2] in PREFERENCES)
    marked = (f for f in files if b'cpassword="' in f.read_bytes().replace(b'cpassword=""', b""))
    return {f.relative_to(sample_data).as_posix() for f in marked}


def test_items_of_every_kind_in_real_files_are_counted(sample_data: Path) -> None:
    estate = read_estate(["gpo"], base=sample_data)
    files = {r.path for r in estate.files if r.kind.startswith("preferences") and r.status == "read"}
    kinds = Counter(
        claim.setting.text[4:].partition("/")[0] + ("/member" if claim.type == "Member" else "")
        for policy in estate.policies
        for claim in policy.claims
        if claim.setting.key.startswith("gpp:") and claim.evidence.path in files
    )
    assert kinds == {
        "Registry": 110,
        "ScheduledTasks": 40,
        "Groups/member": 34,
        "Groups": 23,
        "Services": 19,
        "Files": 18,
        "EnvironmentVariables": 15,
        "Drives": 15,
        "Folders": 13,
        "Printers": 7,
        "Shortcuts": 7,
        "IniFiles": 6,
        "Users": 4,
        "NetworkShares": 4,
        "NetworkOptions": 2,
        "DataSources": 2,
        "PowerOptions": 1,
        "Devices": 1,
    }


def test_claims_and_damage_of_real_items_survive_a_cut_anywhere(sample_data: Path) -> None:
    file = min((sample_data / "gpo").rglob("Groups.xml"), key=lambda f: (f.stat().st_size, f.as_posix()))
    data = file.read_bytes()
    for end in range(0, len(data), 37):
        try:
            read(data[:end], Scope.DEVICE, SOURCE, "Local Users and Groups", "Base")
        except ReadError as error:
            assert error.rule in ("RD003", "RD005")
