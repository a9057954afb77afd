"""Symbolic places become lines, columns and excerpts, in every encoding and on any bytes."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylint.errors import ReadError
from policylint.evidence import ByteAt, Evidence, JsonAt, LineAt, Place, PolAt, XmlAt
from policylint.locate import Locator, Spot
from policylint.locate.json import JsonText
from policylint.locate.text import Excerpt
from policylint.locate.xml import XmlText
from policylint.readers import xml
from policylint.readers.gpo.pol_records import records
from policylint.readers.source import decode
from tests.reporting import HELLO, pol

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

documents: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def spot(folder: Path, data: bytes | str, place: Place, name: str = "file") -> Spot:
    """The spot of a place in a file of that content."""
    file = folder / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return Locator({name: file}).locate(Evidence(name, place))


def marked(found: Spot) -> list[tuple[str, str]]:
    """Gutter and marked text of each excerpt."""
    return [(e.gutter, e.text[e.start : e.start + e.length]) for e in found.excerpt]


def pointers(value: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Every pointer of a document with what it points to."""
    yield pointer, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from pointers(inner, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from pointers(inner, f"{pointer}/{index}")


class TestJson:
    """JsonAt."""

    @given(documents, st.sampled_from([None, 2]), st.booleans())
    def test_every_pointer_of_any_document_finds_the_text_of_its_value(
        self, document: Json, indent: int | None, ascii_only: bool
    ) -> None:
        text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
        found = {pointer: JsonText(text).find(pointer) for pointer, _ in pointers(document)}
        read = {pointer: None if span is None else json.loads(text[slice(*span)]) for pointer, span in found.items()}
        assert read == dict(pointers(document))

    @given(st.text(alphabet='{}[]",:/0a\\ \n'), st.text(alphabet="/0a~1"))
    def test_text_that_is_no_json_finds_nothing_or_something_but_never_fails(self, text: str, pointer: str) -> None:
        found = JsonText(text).find(pointer)
        assert found is None or 0 <= found[0] < found[1] <= len(text)

    def test_line_and_column_are_those_of_the_value(self, tmp_path: Path) -> None:
        found = spot(tmp_path, '{\n    "settings": [\n        {"value": "on"}\n    ]\n}', JsonAt("/settings/0/value"))
        assert found == Spot(
            line=3,
            column=19,
            end_column=23,
            pointer="/settings/0/value",
            excerpt=(Excerpt("3", '        {"value": "on"}', 18, 4),),
        )

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_columns_count_characters_in_every_encoding(self, tmp_path: Path, encoding: str) -> None:
        found = spot(tmp_path, '{"ä🙂": 1, "b": 2}'.encode(encoding), JsonAt("/b"))
        assert (found.line, found.column, marked(found)) == (1, 16, [("1", "2")])

    def test_of_a_key_that_stands_twice_the_last_one_counts(self, tmp_path: Path) -> None:
        assert spot(tmp_path, '{"a": 1,\n "a": 2}', JsonAt("/a")).line == 2

    def test_escaped_tokens_and_escaped_keys_meet(self, tmp_path: Path) -> None:
        assert marked(spot(tmp_path, r'{"a\u002fb~": {"": 7}}', JsonAt("/a~1b~0/"))) == [("1", "7")]

    def test_a_pointer_into_json_inside_a_string_finds_the_string(self, tmp_path: Path) -> None:
        inner = json.dumps(json.dumps({"settings": [1]}))
        found = spot(tmp_path, f'{{"RAWJson": {inner}}}', JsonAt("/RAWJson/settings/0"))
        assert (found.column, found.pointer, marked(found)) == (13, "/RAWJson/settings/0", [("1", inner)])

    @pytest.mark.parametrize("pointer", ["/b", "/a/0", "/a/x", "b", "/list/2", "/list/01", "/text/0"])
    def test_a_pointer_that_leads_nowhere_is_kept_without_a_line(self, tmp_path: Path, pointer: str) -> None:
        found = spot(tmp_path, '{"a": {}, "list": [1, 2], "text": "plain"}', JsonAt(pointer))
        assert found == Spot(pointer=pointer)

    def test_a_file_in_one_long_line_is_cut_around_the_value(self, tmp_path: Path) -> None:
        text = json.dumps({"settings": [{"id": str(n), "value": f"v{n}"} for n in range(20_000)]})
        found = spot(tmp_path, text, JsonAt("/settings/10000/value"))
        assert found.column == text.index('"v10000"') + 1
        assert found.excerpt == (
            Excerpt(
                "1",
                '…ue": "v9999"}, {"id": "10000", "value": "v10000"}, {"id": "10001", "value": "v10001"}, {"id": "1000…',
                41,
                8,
            ),
        )

    def test_of_a_long_identifier_the_end_is_shown(self, tmp_path: Path) -> None:
        text = json.dumps({"value": f"device_{'x' * 100}_usepassportforwork_true"}, indent=8)
        shown = spot(tmp_path, text, JsonAt("/value")).excerpt[0]
        assert shown.text == f'        "value": "…{"x" * 33}_usepassportforwork_true"'

    def test_deep_indentation_is_cut(self, tmp_path: Path) -> None:
        shown = spot(tmp_path, "{\n" + " " * 90 + '"a":  1\n}', JsonAt("/a")).excerpt[0]
        assert shown == Excerpt("2", '        "a":  1', 14, 1)


class TestXml:
    """XmlAt."""

    REPORT = '<?xml version="1.0" encoding="utf-16"?>\r\n<GPO>\r\n  <!-- x --><Name>Büro &amp; 日本</Name>\r\n</GPO>'

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_the_text_of_an_element_is_marked_whatever_the_declaration_says(
        self, tmp_path: Path, encoding: str
    ) -> None:
        found = spot(tmp_path, self.REPORT.encode(encoding), XmlAt((0,)))
        assert found == Spot(
            line=3,
            column=19,
            end_column=32,
            excerpt=(Excerpt("3", "  <!-- x --><Name>Büro &amp; 日本</Name>", 18, 13),),
        )

    @pytest.mark.parametrize(
        ("text", "route", "shown"),
        [
            ("<a><b/><b x='>'><c/></b></a>", (1,), "<b x='>'>"),
            ("<a><b/><b x='>'><c/></b></a>", (1, 0), "<c/>"),
            ("<a><b></b></a>", (0,), "<b>"),
            ("<a>\n <b>\n  two\n  lines\n </b></a>", (0,), "two"),
            ("<a><b><![CDATA[ [x] ]]></b></a>", (0,), "[x]"),
            ("<a><b><![CDATA[ ]]></b></a>", (0,), "<b>"),
            ("<?xml version='1.0'?><!DOCTYPE a><a/>", (), "<a/>"),
            ("<a><?pi?>t</a>", (), "<a>"),
            ('<p:a xmlns:p="not a uri"><p:b>x</p:b></p:a>', (0,), "x"),
        ],
    )
    def test_text_is_marked_where_there_is_nothing_else_and_the_start_tag_otherwise(
        self, tmp_path: Path, text: str, route: tuple[int, ...], shown: str
    ) -> None:
        assert [text for _, text in marked(spot(tmp_path, text, XmlAt(route)))] == [shown]

    @pytest.mark.parametrize("text", ["", "no xml", '<!DOCTYPE a [<!ENTITY e "x">]><a><b>&e;</b></a>', "<a>"])
    def test_an_element_that_is_not_there_leaves_nothing(self, tmp_path: Path, text: str) -> None:
        assert spot(tmp_path, text, XmlAt((0,))) == Spot()

    @given(st.text(alphabet="<>/ab &;!-[]CDAT\"'="), st.lists(st.integers(0, 3), max_size=3))
    def test_no_text_makes_it_fail(self, text: str, route: list[int]) -> None:
        found = XmlText(text).find(tuple(route))
        assert found is None or 0 <= found[0] <= found[1] <= len(text)


class TestRegistryPol:
    """PolAt."""

    @pytest.mark.parametrize(
        ("kind", "data", "shown"),
        [
            (4, b"\1\0\0\0", "REG_DWORD 1"),
            (5, b"\0\0\0\1", "REG_DWORD_BIG_ENDIAN 1"),
            (11, b"\1\0\0\0\0\0\0\0", "REG_QWORD 1"),
            (1, "contoso; [x]\0".encode("utf-16-le"), 'REG_SZ "contoso; [x]"'),
            (2, "%SystemRoot%\0".encode("utf-16-le"), 'REG_EXPAND_SZ "%SystemRoot%"'),
            (7, "a\0b\0\0".encode("utf-16-le"), 'REG_MULTI_SZ ["a", "b"]'),
            (7, b"", "REG_MULTI_SZ []"),
            (3, bytes(range(40)), f"REG_BINARY {bytes(range(21)).hex(' ')} … (40 bytes)"),
            (4, b"\1\0", "REG_DWORD 01 00"),
            (0, b"", "REG_NONE (no data)"),
            (99, b"\xff", "0x63 ff"),
        ],
    )
    def test_a_record_is_shown_decoded(self, tmp_path: Path, kind: int, data: bytes, shown: str) -> None:
        file, places = pol((HELLO, "First", 4, b"\0\0\0\0"), (HELLO, "Name", kind, data))
        head, value = f"{HELLO}!Name = {shown.split()[0]} ", shown.split(" ", 1)[1]
        assert spot(tmp_path, file, places[1]) == Spot(
            record=2,
            byte_start=places[1].start,
            byte_end=places[1].end,
            excerpt=(Excerpt("2", head + value, len(head), len(value)),),
        )

    def test_a_file_that_changed_leaves_what_the_evidence_says(self, tmp_path: Path) -> None:
        file, _ = pol((HELLO, "Name", 4, b"\0\0\0\0"))
        for place in (PolAt(1, 8, 60), PolAt(7, 8, 60)):
            assert spot(tmp_path, file, place) == Spot(record=place.record, byte_start=8, byte_end=60)


class TestLinesAndBytes:
    """LineAt and ByteAt."""

    def test_a_line_is_marked_without_its_indentation(self, tmp_path: Path) -> None:
        text = "[Unicode]\r\n  Unicode=yes \r\n".encode("utf-16")
        assert spot(tmp_path, text, LineAt(2)) == Spot(line=2, excerpt=(Excerpt("2", "  Unicode=yes ", 2, 11),))

    def test_a_column_marks_one_character(self, tmp_path: Path) -> None:
        assert spot(tmp_path, '{"a": ]', LineAt(1, 7)) == Spot(1, 7, excerpt=(Excerpt("1", '{"a": ]', 6, 1),))

    @pytest.mark.parametrize("place", [LineAt(9), LineAt(0), LineAt(2, 99)])
    def test_a_line_that_is_gone_has_no_excerpt_of_it(self, tmp_path: Path, place: LineAt) -> None:
        found = spot(tmp_path, "one\ntwo", place)
        assert (found.line, found.column) == (place.line, place.column)

    def test_a_byte_of_a_text_is_a_line_and_a_column(self, tmp_path: Path) -> None:
        found = spot(tmp_path, b'{\n"a": "\xff"}', ByteAt(8))
        assert (found.line, found.column, found.byte_start, marked(found)) == (2, 7, 8, [("2", "\ufffd")])

    def test_bytes_of_a_binary_file_are_not_shown(self, tmp_path: Path) -> None:
        assert spot(tmp_path, b"PReg\2\0\0\0", ByteAt(4)) == Spot(byte_start=4)


EVERY_PLACE: list[Place] = [PolAt(1, 8, 60), XmlAt((0, 1)), JsonAt("/a"), LineAt(3, 4), ByteAt(5), None]
LEFT = [
    Spot(record=1, byte_start=8, byte_end=60),
    Spot(),
    Spot(pointer="/a"),
    Spot(line=3, column=4),
    Spot(byte_start=5),
    Spot(),
]


def test_places_that_were_asked_for_together_need_their_file_no_more(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text('{"a": 1,\n "b": 2}')
    both = [Evidence("file", JsonAt("/a")), Evidence("file", JsonAt("/b")), Evidence("file")]
    locator = Locator({"file": file})
    locator.prepare(both, excerpt=False)
    file.unlink()
    assert [locator.locate(one, excerpt=False).line for one in both] == [1, 2, None]


def test_a_file_that_vanished_leaves_what_the_evidence_says(tmp_path: Path) -> None:
    for paths in ({}, {"a": tmp_path / "gone"}, {"a": tmp_path}):
        locator = Locator(paths)
        assert [locator.locate(Evidence("a", place)) for place in EVERY_PLACE] == LEFT


@given(st.binary(max_size=60), st.sampled_from(EVERY_PLACE))
def test_no_bytes_make_it_fail(tmp_path_factory: pytest.TempPathFactory, data: bytes, place: Place) -> None:
    found = spot(tmp_path_factory.getbasetemp(), data, place)
    assert all("\n" not in e.text and e.start + e.length <= len(e.text) for e in found.excerpt)


def test_positions_alone_are_told_without_reading_a_registry_pol(tmp_path: Path) -> None:
    locator = Locator({"a": tmp_path / "gone.pol"})
    assert locator.locate(Evidence("a", PolAt(2, 8, 60)), excerpt=False) == Spot(record=2, byte_start=8, byte_end=60)


class TestSecrets:
    """What is secret stands in no excerpt, wherever the place is."""

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ('<Groups><User><Properties cpassword="hunter2"/></User></Groups>', XmlAt((0, 0))),
            ('<Groups><User><Properties\n cpassword="hunter2"/></User></Groups>', LineAt(2)),
            ("<unattend><Password>\n  <Value>\n  hunter2\n  </Value></Password></unattend>", XmlAt((0, 0))),
            ('{"omaUri": "./Wifi/Password",\n "value": "hunter2"}', JsonAt("/value")),
            ('{"omaUri": "./Wifi/Password", "value": "hunter2"}', JsonAt("/omaUri")),
            ("[Registry Values]\nMACHINE\\Winlogon\\DefaultPassword=1,hunter2\n", LineAt(2)),
            (json.dumps({"pad": "x" * 300, "preSharedKey": "hunter2" * 30, "b": 1}), JsonAt("/preSharedKey")),
            (json.dumps({"pad": "x" * 300, "preSharedKey": "hunter2" * 30, "b": 1}), JsonAt("/b")),
        ],
    )
    def test_a_secret_in_a_text_is_masked(self, tmp_path: Path, text: str, place: Place) -> None:
        shown = "".join(e.text for e in spot(tmp_path, text, place).excerpt)
        assert shown
        assert "hunter" not in shown

    def test_a_password_in_a_registry_pol_is_masked(self, tmp_path: Path) -> None:
        file, places = pol((r"SOFTWARE\Winlogon", "DefaultPassword", 1, "hunter2\0".encode("utf-16-le")))
        shown = spot(tmp_path, file, places[0]).excerpt[0]
        assert shown.text == r"SOFTWARE\Winlogon!DefaultPassword = REG_SZ ****"


class TestRealFiles:
    """A sample of the places in real exports, against what the parsers of the readers say."""

    def test_pointers_lead_to_their_values(self, sample_data: Path) -> None:
        choice = random.Random(1)  # noqa: S311  # picks samples
        wrong: list[tuple[str, str]] = []
        for file in choice.sample(sorted(f for f in (sample_data / "intune").rglob("*.json") if f.is_file()), 150):
            try:
                text = decode(file.read_bytes())
                document = json.loads(text)
            except (ReadError, ValueError):
                continue
            index = JsonText(text)
            every = list(pointers(document))
            for pointer, value in choice.sample(every, min(30, len(every))):
                span = index.find(pointer)
                if span is None or json.loads(text[slice(*span)]) != value:
                    wrong.append((file.name, pointer))
        assert wrong == []

    def test_routes_lead_to_their_elements(self, sample_data: Path) -> None:
        choice = random.Random(1)  # noqa: S311  # picks samples
        wrong: list[tuple[str, tuple[int, ...]]] = []
        for file in choice.sample(sorted((sample_data / "gpo").rglob("*.xml")), 150):
            try:
                root, text = xml.parse(file.read_bytes()), xml.text_of(file.read_bytes())
            except ReadError:
                continue
            index = XmlText(text)
            every = [element for element in root.iter() if isinstance(element.tag, str)]
            for element in choice.sample(every, min(20, len(every))):
                span = index.find(xml.route(element))
                shown = "" if span is None else text[slice(*span)].replace("\r", "")
                own = (element.text or "").strip() if len(element) == 0 else ""
                tag = f"<{element.prefix}:{xml.local(element)}" if element.prefix else f"<{xml.local(element)}"
                if not (shown.startswith(tag) if not own else "&" in shown or shown == own):
                    wrong.append((file.name, xml.route(element)))
        assert wrong == []

    def test_records_are_shown(self, sample_data: Path) -> None:
        choice = random.Random(1)  # noqa: S311  # picks samples
        files = sorted(f for f in (sample_data / "gpo").rglob("*") if f.suffix.casefold() == ".pol" and f.is_file())
        missing: list[tuple[str, int]] = []
        for file in choice.sample(files, min(80, len(files))):
            locator = Locator({"r": file})
            for record in records(file.read_bytes())[0]:
                found = locator.locate(Evidence("r", PolAt(record.number, record.start, record.end)))
                if [e.text.startswith(f"{record.key}!{record.name} = ") for e in found.excerpt] != [True]:
                    missing.append((file.name, record.number))
        assert missing == []
