"""``python -m consilience``: the command line."""

from .app.cli import main

main(prog_name="consilience")
