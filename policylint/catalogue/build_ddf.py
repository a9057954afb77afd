"""The table of CSP nodes, from a folder of DDF v2 files. Same input, same bytes out."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from policylint.catalogue.csp_node import Node, pack
from policylint.catalogue.ddf import by_key
from policylint.readers.ddf_nodes import is_ddf, nodes
from policylint.readers.xml import parse

VERSION = 1
"""Of the table's form; a table of another form is not read."""


def csp_nodes(folder: Path) -> bytes:
    """The table that `policylint.catalogue.ddf` reads, of every DDF file in the folder, as gzip without a timestamp."""
    found = (parse(path.read_bytes()) for path in sorted(folder.rglob("*.xml")))
    described = [root for root in found if is_ddf(root)]
    return table(chain.from_iterable(map(nodes, described)), folder.name, len(described))


def table(found: Iterable[Node], source: str, documents: int) -> bytes:
    """The table of these nodes. Of a node that stands in several files, the description that says most is kept."""
    known = by_key(found)
    head = f"# CSP nodes\tversion {VERSION}\tsource {source}\t{documents} files\t{len(known)} nodes"
    text = "".join(f"{line}\n" for line in (head, *(pack(known[key]) for key in sorted(known))))
    return gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)
