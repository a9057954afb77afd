"""topology.toml: its format, and what is wrong in one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from policylint.errors import ConfigError
from policylint.topology import Facts, LinkEntry, Som, Target, Tenant, Topology, load, merge, parse


def test_a_tenant_without_an_id_says_nothing() -> None:
    assert merge([Topology(tenant=Tenant())]).tenant is None


def test_every_key_is_read() -> None:
    text = """
        [tenant]
        id = "dcd219dd-bc68-4b9b-bf0b-4a33a796be35"
        [[som]]
        path = "contoso.com/Workstations"
        blocks-inheritance = false
        links = [{ gpo = "Cloud" }, { gpo = "Base", enforced = true, enabled = true }]
        [[target]]
        name = "London laptop"
        device = "contoso.com/Workstations/London"
        device-name = "LON-0001$"
        user-name = "ann"
        groups = ["Pilot"]
        facts = { join = "hybrid", os-build = "10.0.22631.3007", mdm = true, enrolled-after-tenant-policy = true }
    """
    assert parse(text, "topology.toml") == Topology(
        tenant=Tenant(id="dcd219dd-bc68-4b9b-bf0b-4a33a796be35"),
        som=[
            Som(
                path="contoso.com/Workstations",
                blocks_inheritance=False,
                links=[LinkEntry(gpo="Cloud"), LinkEntry(gpo="Base", enforced=True)],
            )
        ],
        target=[
            Target(
                name="London laptop",
                device="contoso.com/Workstations/London",
                device_name="LON-0001$",
                user_name="ann",
                groups=["Pilot"],
                facts=Facts(join="hybrid", os_build="10.0.22631.3007", mdm=True, enrolled_after_tenant_policy=True),
            )
        ],
    )


def test_an_unknown_key_is_named_with_the_closest_one() -> None:
    with pytest.raises(ConfigError) as caught:
        parse('[[som]]\npath = "contoso.com"\nblock-inheritance = true', "topology.toml")
    assert str(caught.value) == (
        "topology.toml: unknown key som[0].block-inheritance; did you mean 'blocks-inheritance'?"
    )


def test_a_wrong_value_is_named_with_what_is_allowed() -> None:
    with pytest.raises(ConfigError) as caught:
        parse('[[target]]\nname = "T"\nfacts = { join = "azure" }', "topology.toml")
    assert (
        str(caught.value)
        == "topology.toml: target[0].facts.join: input should be 'entra', 'hybrid' or 'ad', got 'azure'"
    )


@pytest.mark.parametrize("build", ["x", "22631", "10.0.22631.3007.1", "6.1.7601", "10.0.22631 "])
def test_a_build_of_another_form_is_refused_with_the_form(build: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f'[[target]]\nname = "T"\nfacts = {{ os-build = "{build}" }}', "topology.toml")
    assert str(caught.value) == (
        f"topology.toml: target[0].facts.os-build: a build is written as 10.0.22631 or 10.0.22631.3007, got '{build}'"
    )


def test_what_is_not_toml_is_refused_with_its_place() -> None:
    with pytest.raises(ConfigError, match=r"^topology\.toml: not valid TOML: .*line 1"):
        parse("[[som]\npath = 1", "topology.toml")


@pytest.mark.parametrize("text", [f"a = 1{'0' * 5000}", f"a = {'[' * 20_000}"], ids=["digits", "brackets"])
def test_a_number_or_a_nesting_without_end_is_no_toml(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, "topology.toml")
    assert str(caught.value) == "topology.toml: not valid TOML: a number or a nesting without end"


def test_a_file_that_cannot_be_read_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^nowhere\.toml: cannot be read"):
        load(tmp_path / "nowhere.toml", "nowhere.toml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_no_topology_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match=r"^pipe: cannot be read: it is no file \(a folder, a pipe or a device\)$"):
        load(tmp_path / "pipe", "pipe")


def test_several_files_count_together() -> None:
    one, two = parse('[[som]]\npath = "a.com"', "a"), parse('[tenant]\nid = "t"\n[[som]]\npath = "b.com"', "b")
    assert merge([one, two]) == Topology(tenant=Tenant(id="t"), som=[Som(path="a.com"), Som(path="b.com")])


def test_two_tenants_are_not_one_estate() -> None:
    with pytest.raises(ConfigError, match="different tenants"):
        merge([parse('[tenant]\nid = "a"', "a"), parse('[tenant]\nid = "b"', "b")])
