"""Projections, deleted and rebuilt from git at will: history, catalogue, search, export."""
