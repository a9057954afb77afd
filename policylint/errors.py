"""The exceptions of policylint, and the exit code that each stands for.

    PolicylintError                4  a bug, unless a subclass says otherwise
      UsageError                   2  a wrong option, target or setting name
        ConfigError                2  policylint.toml, topology.toml or a rule file is wrong
      ReadError                    3  an input could not be read; becomes a finding of the RD family

Errors of lxml, json, codecs and the operating system stop at the readers, which raise `ReadError` from them.
"""

from __future__ import annotations

from policylint.evidence import Place


class PolicylintError(Exception):
    """The root of the tree; `exit_code` is what the command line ends with."""

    exit_code = 4


class UsageError(PolicylintError):
    """The command line asks for something that does not exist."""

    exit_code = 2


class ConfigError(UsageError):
    """A file that the user wrote for policylint does not follow its format."""


class ReadError(PolicylintError):
    """Part of an input could not be read: `rule` is the RD rule that reports it, `place` where it stopped."""

    exit_code = 3

    def __init__(self, rule: str, message: str, place: Place = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.place = place
