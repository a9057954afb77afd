"""policylint: which Windows policy wins, why, and what is wrong, from exports of Group Policy and Intune.

estate = policylint.read(["exports"])
target = policylint.find_target("London laptop", estate)
effective = policylint.resolve(policylint.rank(estate, target))
findings = policylint.lint(estate, policylint.load_rules())
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "read": "policylint.readers",
    "targets": "policylint.targets",
    "find_target": "policylint.targets",
    "rank": "policylint.rank",
    "resolve": "policylint.resolve",
    "lint": "policylint.lint",
    "load_rules": "policylint.rules",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    """Imports a stage when it is first used: the command line answers `--help` without them."""
    if name not in _HOMES:
        raise AttributeError(f"module 'policylint' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


class _Library(ModuleType):
    """The package as a module whose stages are functions: importing the module of a stage does not hide the stage."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Library
