"""`python -m policylint`."""

from policylint.cli import program

program()
