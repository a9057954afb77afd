"""A report is read whole: damage in what nothing here uses of it is damage still."""

from __future__ import annotations

import pytest

from policylint.errors import ReadError
from policylint.readers.gpo import gpreport

SHOWN = "<GPO><Name>A</Name><Computer><Enabled>true</Enabled><ExtensionData>{}</ExtensionData></Computer></GPO>"


def test_what_the_extensions_show_may_be_anything_well_formed() -> None:
    assert gpreport.read(SHOWN.format("<a/>").encode()).name.text == "A"


def test_damage_in_what_the_extensions_show_is_told() -> None:
    with pytest.raises(ReadError) as caught:
        gpreport.read(SHOWN.format("<a>").encode())
    assert caught.value.rule == "RD003"
