"""``python -m mhattn_core``: the command line."""

from mhattn_core.cli import main

if __name__ == "__main__":
    main()
