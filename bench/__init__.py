"""Benchmarks: a corpus generator, one file for each operation, a report."""
