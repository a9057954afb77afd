"""Generates the catalogue's data.

    python -m policylint.catalogue.build --settings-catalog FILE --templates CSP PORTAL --admx NAME=FOLDER… --ddf DDF

FILE is a JSON array (or its gzip) of Graph `deviceManagement/configurationSettings` objects; CSP and PORTAL are the two
tables that `build_templates` describes; FOLDER is an ADMX store and NAME its set; DDF holds DDF v2 files. Only facts
are kept: how a URI is spelled, which element a definition stands for, which value a choice has, which node a property
writes, what a policy writes where, what a node takes. Same input, same bytes out. `--gp-mapping` joins the nodes and
the policies that the data then holds.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from policylint.catalogue import ddf, shipped
from policylint.catalogue.admx import AdmxStore
from policylint.catalogue.build_admx import admx_data
from policylint.catalogue.build_ddf import csp_nodes
from policylint.catalogue.build_gp_mapping import gp_mapping
from policylint.catalogue.build_templates import template_properties
from policylint.catalogue.catalog_rows import Graph, rows

DATA = Path(__file__).parent / "data"


def settings_catalog(definitions: Iterable[Graph]) -> bytes:
    """The table that `policylint.catalogue.settings_catalog` reads, as gzip without a timestamp."""
    return gzip.compress("".join(f"{row}\n" for row in rows(definitions)).encode("utf-8"), compresslevel=9, mtime=0)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """A table with a header; a heading in brackets is cut off, as are comments behind the name."""
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    names = [name.partition("(")[0] for name in header.split("\t")]
    return (dict(zip(names, line.split("\t"), strict=False)) for line in lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Writes the data files of the inputs that are named."""
    parser = argparse.ArgumentParser(prog="python -m policylint.catalogue.build", description=__doc__)
    parser.add_argument("--settings-catalog", type=Path, metavar="FILE")
    parser.add_argument("--templates", type=Path, nargs=2, metavar=("CSP", "PORTAL"))
    parser.add_argument("--admx", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("--ddf", type=Path, metavar="DDF")
    parser.add_argument("--gp-mapping", action="store_true", help="join the CSP nodes and ADMX files that are shipped")
    given = parser.parse_args(argv)
    DATA.mkdir(exist_ok=True)
    if given.settings_catalog:
        data = given.settings_catalog.read_bytes()
        table = settings_catalog(json.loads(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data))
        (DATA / "settings-catalog.tsv.gz").write_bytes(table)
    if given.templates:
        article, portal = map(_rows, given.templates)
        (DATA / "template-properties.tsv.gz").write_bytes(template_properties(article, portal))
    if given.admx:
        stores = {name: Path(folder) for name, _, folder in (text.partition("=") for text in given.admx)}
        (DATA / shipped.DATA).write_bytes(admx_data(stores))
    if given.ddf:
        (DATA / "csp-nodes.tsv.gz").write_bytes(csp_nodes(given.ddf))
    if given.gp_mapping:
        (DATA / "gp-mapping.tsv.gz").write_bytes(gp_mapping(ddf.all_nodes(), AdmxStore.of(shipped.files())))


if __name__ == "__main__":
    main()
