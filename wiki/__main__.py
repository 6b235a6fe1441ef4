"""`python -m wiki` is the command `denktank`."""

from wiki.cli import main

main(prog_name="denktank")
