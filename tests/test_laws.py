"""The rule ids that results print are explained, and every explained id is printed somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import policylint
from policylint.laws import LAWS, explain_fact, law_text

PACKAGE = Path(policylint.__file__).parent
ID = re.compile(r'"((?:[GMWI]-[A-Z][A-Z0-9-]*|D\d{1,2}))"')


def _printed() -> set[str]:
    files = [path for path in PACKAGE.rglob("*.py") if not path.name.startswith("laws")]
    return {id_ for path in files for id_ in ID.findall(path.read_text("utf-8"))}


def test_every_id_that_the_code_prints_is_explained() -> None:
    assert _printed() - set(LAWS) == set()


def test_every_explained_id_is_printed() -> None:
    assert set(LAWS) - _printed() == set()


def test_what_is_not_plain_documentation_says_so() -> None:
    assert law_text("G-LINK-ORDER") == "on one container the link with the lowest link order wins"
    assert law_text("G-ENFORCED-SAME-SOM") == "among enforced links on one container link order decides [derived]"


def test_a_condition_is_explained_by_its_rule_or_fact() -> None:
    assert explain_fact("mdm") == "whether the device is enrolled in Intune"
    assert explain_fact("W-GRP-P (TPM 1.2)") == LAWS["W-GRP-P"].text
    assert explain_fact('wmi-filter "Laptops"') == ""
