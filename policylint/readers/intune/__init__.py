"""Intune: exports of any tool, one module per shape of Graph object."""
