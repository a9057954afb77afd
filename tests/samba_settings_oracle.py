"""Reads security templates, audit.csv and INI files with Samba; run by the interpreter that has python3-samba.

python3 samba_settings_oracle.py < list of files    what Samba reads from each file, as JSON
"""
# mypy: ignore-errors
# Samba has no type stubs and lives in another interpreter.

import configparser
import json
import sys
from pathlib import Path

from samba.gp_parse.gp_csv import GPAuditCsvParser
from samba.gp_parse.gp_inf import GptTmplInfParser
from samba.gp_parse.gp_ini import GPIniParser


class Ini(GPIniParser):
    """Samba's INI reader, in the encoding of the files that Windows writes."""

    encoding = "utf-16"


def template(data):
    parser = GptTmplInfParser()
    parser.parse(data)
    return {name: getattr(section, "param_list", []) for name, section in parser.sections.items()}


def audit(data):
    parser = GPAuditCsvParser()
    parser.parse(data)
    return parser.lines


def ini(data):
    # Samba calls a method that Python 3.12 no longer has.
    configparser.ConfigParser.readfp = configparser.ConfigParser.read_file
    parser = Ini()
    parser.parse(data)
    return {name: dict(parser.ini_conf.items(name)) for name in parser.ini_conf.sections()}


READERS = {".inf": template, ".csv": audit, ".ini": ini}


def read(path):
    try:
        return READERS[Path(path).suffix.lower()](Path(path).read_bytes())
    except Exception as exc:  # whatever Samba raises is its verdict on the file
        return {"error": f"{type(exc).__name__}: {exc}"}


if __name__ == "__main__":
    json.dump({path: read(path) for path in sys.stdin.read().splitlines()}, sys.stdout)
