from __future__ import annotations

import pytest

from policylint.checks.admx_ingestion import is_closed
from policylint.masks import spans


@pytest.mark.parametrize(
    "key",
    [
        "System",
        r"SYSTEM\CurrentControlSet\Services\Contoso",
        r"Software\Microsoft\Windows\CurrentVersion\Policies",
        r"SOFTWARE\Policies\Microsoft\Windows\Explorer",
        r"Software\Policies\Microsoft",
    ],
)
def test_windows_own_keys_are_closed_for_ingested_policies(key: str) -> None:
    assert is_closed(key)


@pytest.mark.parametrize(
    "key",
    [
        r"Software\Policies\Contoso",
        r"Software\Policies\Microsoft\Office",
        r"Software\Policies\Microsoft\Office\16.0\Common",
        r"software\microsoft\onedrive",
        r"Software\Microsoft\EdgeUpdate",
        r"Systems\Contoso",
    ],
)
def test_keys_of_applications_and_the_exceptions_are_open(key: str) -> None:
    assert not is_closed(key)


def test_a_private_key_is_masked_between_its_marks() -> None:
    text = "a -----BEGIN EC PRIVATE KEY-----MHcCAQ-----END EC PRIVATE KEY----- b"
    assert [text[start:end] for start, end in spans(text)] == ["MHcCAQ"]


def test_a_public_certificate_is_not_masked() -> None:
    assert spans("-----BEGIN CERTIFICATE-----MHcCAQ-----END CERTIFICATE-----") == ()
