"""A record of a Registry.pol as a line of text: `SOFTWARE\\Policies\\…!Name = REG_DWORD 1`."""

from __future__ import annotations

from collections.abc import Sequence

from policylint.evidence import PolAt
from policylint.masks import masked
from policylint.readers.gpo.pol_records import Record
from policylint.readers.gpo.registry_values import type_name, value_of
from policylint.spelling import spelled


def decoded(records: Sequence[Record], place: PolAt) -> tuple[str, int] | None:
    """The record as text, and where its value begins in it; None when the file does not hold it there (any more)."""
    if not 0 < place.record <= len(records):
        return None
    record = records[place.record - 1]
    if (record.start, record.end) != (place.start, place.end):
        return None
    try:
        value = value_of(record.type, record.data)
    except ValueError:  # data that its type does not allow: the bytes as they are
        value = record.data
    head = f"{record.key}!{record.name} = {type_name(record.type)} "
    return head + spelled(masked((record.name,), value)), len(head)
