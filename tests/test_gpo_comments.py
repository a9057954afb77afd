"""Comments of a GPO and of its settings are read with it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.errors import ReadError
from policylint.evidence import Evidence, XmlAt
from policylint.model import Comment
from policylint.readers.gpo.comments import gpo_comment, setting_comments
from policylint.readers.source import Source
from tests.gpo_take import take_backups, take_trees
from tests.gpo_writer import BackupWriter, sources

CMTX = """<?xml version='1.0' encoding='utf-8'?>
<policyComments xmlns="http://www.microsoft.com/GroupPolicy/CommentDefinitions" revision="1.0" schemaVersion="1.0">
<policyNamespaces><using prefix="ns0" namespace="FSLogix.Policies"/></policyNamespaces>
<comments><admTemplate><comment policyRef="ns0:redirections" commentText="$(resource.ns0_redirections)"/></admTemplate>
</comments><resources><stringTable><string id="ns0_redirections">Only the folder.</string></stringTable></resources>
</policyComments>"""


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Pilot until März".encode("utf-16-le"), "Pilot until März"),
        ("\ufeffPilot".encode("utf-16-le"), "Pilot"),
        ("試験".encode("utf-16-le"), "試験"),
        (b"", ""),
    ],
)
def test_a_gpo_comment_is_utf16_with_or_without_a_mark(data: bytes, text: str) -> None:
    assert gpo_comment(data) == text


def test_comments_belong_to_their_gpo_and_its_settings(tmp_path: Path) -> None:
    files = {"GPO.cmt": "Ask Ada".encode("utf-16-le"), "Machine/comment.cmtx": b"\xef\xbb\xbf" + CMTX.encode()}
    writer = BackupWriter(files=files)
    writer.write(tmp_path)
    (policy,) = take_backups(sources(tmp_path))[0].policies
    path = f"{writer.folder}/DomainSysvol/GPO/Machine/comment.cmtx"
    place = Evidence(path, XmlAt((1, 0, 0)))
    assert policy.comment == "Ask Ada"
    assert policy.setting_comments == (Comment("FSLogix.Policies:redirections", "Only the folder.", place),)


def test_broken_comments_are_said(tmp_path: Path) -> None:
    BackupWriter(files={"GPO.cmt": b"\x00\xd8", "User/comment.cmtx": b"<x"}).write(tmp_path)
    reading, _ = take_backups(sources(tmp_path))
    assert [problem.rule for problem in reading.problems] == ["RD005", "RD003"]
    assert Counter(record.status for record in reading.files) == {"read": 3, "unread": 2}


@given(st.binary())
def test_any_bytes_are_comments_or_a_read_error(data: bytes) -> None:
    for read in (gpo_comment, lambda raw: setting_comments(raw, Source("comment.cmtx", Path("x")))):
        try:
            read(data)
        except ReadError as error:
            assert error.rule in ("RD003", "RD005")


def test_real_comments_are_read(sample_data: Path) -> None:
    reading, rest = take_backups(sources(sample_data / "gpo"))
    second, _ = take_trees(rest)
    policies = (*reading.policies, *second.policies)
    assert sum(bool(policy.comment) for policy in policies) == 72
    assert sum(len(policy.setting_comments) for policy in policies) == 10
    assert {r.status for r in (*reading.files, *second.files) if r.kind in ("comments", "GPO comment")} == {"ignored"}
