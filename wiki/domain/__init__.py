"""The rules of a wiki: standard library only, no input or output, no clock, no globals."""
