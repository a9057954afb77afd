"""`policylint rules list --catalogue` says what policylint knows and where it comes from."""

from __future__ import annotations

import json

from click.testing import CliRunner

from policylint.catalogue import shipped
from policylint.catalogue.contents import Part, contents
from policylint.catalogue.settings_catalog import all_definitions
from policylint.cli import cli
from policylint.reports.catalogue import catalogue, catalogue_json

PARTS = (
    Part("ADMX definitions", "windows", ("2 files", "30 policies"), 1),
    Part("ADMX definitions", "office16", ("1 file",), 1),
    Part("settings catalog", "Graph", ("7 definitions",)),
)


def test_the_parts_stand_by_kind_with_source_counts_and_version() -> None:
    assert (
        catalogue(PARTS)
        == """\
ADMX definitions
  windows   2 files, 30 policies, version 1
  office16  1 file, version 1

settings catalog
  Graph     7 definitions
"""
    )


def test_programs_get_the_same() -> None:
    assert json.loads(catalogue_json(PARTS))["catalogue"][2] == {
        "kind": "settings catalog",
        "source": "Graph",
        "counts": ["7 definitions"],
        "version": None,
    }


def test_every_set_and_table_is_told_with_the_count_of_what_is_read() -> None:
    told = {(part.kind, part.source): part.counts for part in contents()}
    for part in shipped.sets():
        assert told["ADMX definitions", part.name] == (f"{part.files} files", f"{part.policies} policies")
    (catalog,) = (part for part in contents() if part.kind.casefold().startswith("settings catalog"))
    assert f"{sum(1 for _ in all_definitions())} definitions" in catalog.counts


def test_the_command_line_prints_both_forms() -> None:
    text = CliRunner().invoke(cli, ["rules", "list", "--catalogue"])
    programs = CliRunner().invoke(cli, ["rules", "list", "--catalogue", "-o", "json"])
    assert (text.exit_code, text.output.rstrip()) == (0, catalogue(contents()).rstrip())
    assert (programs.exit_code, programs.output.rstrip()) == (0, catalogue_json(contents()).rstrip())
