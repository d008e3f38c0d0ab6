"""`python -m abonent` is `abonent`."""

from abonent.cli import main

main(prog_name="abonent")
