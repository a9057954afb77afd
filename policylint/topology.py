"""What exports leave out: the directory, groups, filters and targets, as `topology.toml` tells them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topology:
    """The facts of one topology.toml; an empty one knows nothing."""
