"""Start Sportello: the command group, with `serve` for anyone who just runs it."""

from forum.cli.main import main

if __name__ == "__main__":
    main()
