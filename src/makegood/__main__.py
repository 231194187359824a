"""`python -m makegood`: the same door as the `makegood` command."""

import sys

from makegood.cli import main

sys.exit(main())
