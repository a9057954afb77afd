"""Documented precedence, one product at a time; the general law is in `policylint.contest`."""
