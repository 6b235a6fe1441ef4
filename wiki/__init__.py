"""Denktank: a wiki for think tanks, with its pages in git."""
