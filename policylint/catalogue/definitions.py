"""The definitions that an estate brings along: CSP nodes and catalog settings that stand before the shipped ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property

from policylint.catalogue import ddf, settings_catalog
from policylint.catalogue.csp_node import Node
from policylint.catalogue.ddf import Nodes
from policylint.catalogue.settings_catalog import Catalog


@dataclass(frozen=True)
class Definitions:
    """What was read beside the policies. Without anything of its own, an estate has what policylint ships."""

    own_nodes: tuple[Node, ...] = ()
    """From DDF files. A description that says less than the shipped one of the same node does not replace it."""
    own_rows: tuple[str, ...] = ()
    """From dumps of the settings catalog, as rows of its table."""

    @cached_property
    def nodes(self) -> Nodes:
        """The CSP nodes that are known for this estate."""
        return ddf.with_nodes(self.own_nodes) if self.own_nodes else ddf.shipped()

    @cached_property
    def catalog(self) -> Catalog:
        """The settings of the catalog that are known for this estate."""
        known = settings_catalog.shipped()
        return settings_catalog.of_rows(self.own_rows, known.rows) if self.own_rows else known


@contextmanager
def using(definitions: Definitions) -> Iterator[None]:
    """Inside, the catalogue's functions answer from these definitions; outside, nothing has changed."""
    with ExitStack() as stack:
        if definitions.own_nodes:
            stack.enter_context(ddf.using(definitions.nodes))
        if definitions.own_rows:
            stack.enter_context(settings_catalog.using(definitions.catalog))
        yield
