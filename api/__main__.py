"""``python -m api`` is ``citespan``."""

from api.cli import main

main()
