"""``python -m crosscheck_cli``: what ``tools/crosscheck`` calls."""

import sys

from crosscheck_cli.app import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
