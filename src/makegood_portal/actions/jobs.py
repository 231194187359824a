"""Jobs that the worker does; each runs in the scope of who asked for it. The worker itself stands in `config`."""

from __future__ import annotations
