"""What policylint knows about settings: the parts of its catalogue, for people and programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby

from policylint.catalogue.contents import Part

VERSION = 1


def catalogue(parts: Sequence[Part]) -> str:
    """The parts by kind, each with its source, counts and the version of its form."""
    width = max((len(part.source) for part in parts), default=0)
    blocks = []
    for kind, group in groupby(parts, key=lambda part: part.kind):
        lines = (f"  {part.source:<{width}}  {', '.join([*part.counts, *_form(part)])}" for part in group)
        blocks.append("\n".join([kind, *lines]))
    return "\n\n".join(blocks) + "\n"


def _form(part: Part) -> list[str]:
    return [] if part.version is None else [f"version {part.version}"]


def catalogue_json(parts: Sequence[Part]) -> str:
    """`{"version": 1, "catalogue": [{"kind", "source", "counts": [text], "version": number | null}]}`."""
    listed = [
        {"kind": part.kind, "source": part.source, "counts": list(part.counts), "version": part.version}
        for part in parts
    ]
    return json.dumps({"version": VERSION, "catalogue": listed}, indent=2) + "\n"
