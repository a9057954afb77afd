"""Small authored estates that look like real exports: build.py writes them, expect.py what policylint says of them."""
