"""Measurements of docs/benchmarks.md: `make bench`."""
