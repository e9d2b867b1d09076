"""`python -m mixtura` is the command line too."""

from mixtura.cli.main import main

main()
